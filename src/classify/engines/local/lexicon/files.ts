import { readdirSync } from 'node:fs';

/** The lexicon's files, by name; each holds several kinds of documents. */
export function lexiconFiles(): URL[] {
  const folder = new URL('../../../data/lexicon/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => new URL(name, folder));
}
