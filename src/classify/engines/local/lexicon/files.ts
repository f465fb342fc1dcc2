import { readdirSync } from 'node:fs';

/** The files of kinds of documents, by name; each holds several. */
export const lexiconFiles = (): URL[] => filesIn(new URL('../../../data/lexicon/', import.meta.url));

/** The files of topics. */
export const topicFiles = (): URL[] => filesIn(new URL('../../../data/topics/', import.meta.url));

/** All that the lexicon is made of. */
export const allFiles = (): URL[] => [...lexiconFiles(), ...topicFiles()];

function filesIn(folder: URL): URL[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => new URL(name, folder));
}
