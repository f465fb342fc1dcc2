import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SUPPORTED_LANGUAGES } from '../text/language.ts';
import { lexiconFiles, topicFiles } from './files.ts';

const LANGUAGES = [...SUPPORTED_LANGUAGES, 'any'] as const;
const Id = z.string().regex(/^[a-z_]+$/);

/** Phrases by language, separated by bars; `any` holds those of several languages. */
const Phrases = z.partialRecord(z.enum(LANGUAGES), z.string());
const Cue = z.strictObject({
  weight: z.number().positive().default(1),
  ...Object.fromEntries(LANGUAGES.map((language) => [language, z.string().optional()])),
}) as unknown as z.ZodType<{ weight: number } & Record<string, string | number | undefined>>;
const Entry = z.strictObject({
  names: Phrases,
  /** Entries that are this and more: a lease is a contract. */
  kinds: z.array(z.string()).default([]),
  heads: Phrases.default({}),
  cues: z.array(Cue).min(1),
  against: z.array(Cue).default([]),
});
/** A kind of document as the lexicon's files describe it, with its id. */
export type LexiconEntry = readonly [id: string, entry: z.infer<typeof Entry>];

/** Phrases separated by bars. */
const Topic = z.strictObject({
  /** Those that end with `~` mean much else and count in a rule's name only. */
  names: z.string(),
  /** Topics that are part of this one. */
  parts: z.array(z.string()).default([]),
  words: z.string(),
  /** Telling almost alone. */
  strong: z.string().default(''),
});
/** A topic as the lexicon's files describe it, with its id. */
export type TopicEntry = readonly [id: string, entry: z.infer<typeof Topic>];

/** Reads the files of kinds of documents, about half a second. Throws when one is not as it should be. */
export const readEntries = (): LexiconEntry[] => readFiles(lexiconFiles(), Entry);

/** Reads the files of topics. Throws when one is not as it should be. */
export const readTopics = (): TopicEntry[] => readFiles(topicFiles(), Topic);

function readFiles<Item>(files: readonly URL[], Item: z.ZodType<Item>): [id: string, item: Item][] {
  const File = z.record(Id, Item);
  return files.flatMap((file) => Object.entries(File.parse(parse(readFileSync(file, 'utf8')))));
}
