import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { lexiconFiles, topicFiles } from './files.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl'] as const;

/** Phrases by language, separated by bars; `any` holds those of several languages. */
const Phrases = z.partialRecord(z.enum([...LANGUAGES, 'any']), z.string());
const Cue = z.strictObject({
  weight: z.number().positive().default(1),
  ...Object.fromEntries([...LANGUAGES, 'any'].map((language) => [language, z.string().optional()])),
}) as unknown as z.ZodType<{ weight: number } & Record<string, string | number | undefined>>;
const Entry = z.strictObject({
  names: Phrases,
  /** Entries that are this and more: a lease is a contract. */
  kinds: z.array(z.string()).default([]),
  heads: Phrases.default({}),
  cues: z.array(Cue).min(1),
  against: z.array(Cue).default([]),
});
const File = z.record(z.string().regex(/^[a-z_]+$/), Entry);

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
const TopicFile = z.record(z.string().regex(/^[a-z_]+$/), Topic);

/** A topic as the lexicon's files describe it, with its id. */
export type TopicEntry = readonly [id: string, entry: z.infer<typeof Topic>];

/** Reads the lexicon's files, about half a second. Throws when one is not as it should be. */
export function readEntries(files: readonly URL[] = lexiconFiles()): LexiconEntry[] {
  return files.flatMap((file) => Object.entries(File.parse(parse(readFileSync(file, 'utf8')))));
}

/** Reads the files of topics. Throws when one is not as it should be. */
export function readTopics(files: readonly URL[] = topicFiles()): TopicEntry[] {
  return files.flatMap((file) => Object.entries(TopicFile.parse(parse(readFileSync(file, 'utf8')))));
}
