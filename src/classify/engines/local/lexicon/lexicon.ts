import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { PhraseMatcher, splitPhrases, wordings } from './phrases.ts';
import { isSign } from './signs.ts';

/** The folder of the lexicon's files; each holds several kinds of documents. */
export const LEXICON_FOLDER = new URL('../../../data/lexicon/', import.meta.url);

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

/** A group of phrases that say the same thing about a document. */
export interface Cue {
  /** Index of the document type it belongs to. */
  type: number;
  /** Negative when it speaks against the type. */
  weight: number;
  signs: string[];
}

/** A kind of document the engine knows by heart. */
export interface DocumentType {
  id: string;
  /** Ids of types that are this one and more: of a contract, a lease. */
  kinds: string[];
  /** Σ of the positive weights of its cues. */
  totalWeight: number;
}

export interface Lexicon {
  types: DocumentType[];
  cues: Cue[];
  /** Reports the index of a cue, or `cues.length` + the index of a type whose name or heading stands there. */
  matcher: PhraseMatcher;
  /** A name, its words separated by one space, and what it means. */
  names: Map<string, { id: string; generic: boolean }>;
}

/** Reads the lexicon: 221 kinds of documents in eight languages, about half a second. */
export function loadLexicon(): Lexicon {
  const lexicon: Lexicon = { types: [], cues: [], matcher: new PhraseMatcher(), names: new Map() };
  const entries = readdirSync(LEXICON_FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => Object.entries(File.parse(parse(readFileSync(new URL(name, LEXICON_FOLDER), 'utf8')))));
  const lists: { list: string; cue: number }[] = [];
  for (const [id, { kinds, cues, against }] of entries) {
    const type = lexicon.types.length;
    let totalWeight = 0;
    for (const [cue, sign] of [...cues.map((cue) => [cue, 1] as const), ...against.map((cue) => [cue, -1] as const)]) {
      const phrases = Object.entries(cue).flatMap(([key, list]) =>
        key === 'weight' ? [] : splitPhrases(String(list)),
      );
      for (const list of phrases.filter((phrase) => !isSign(phrase))) lists.push({ list, cue: lexicon.cues.length });
      lexicon.cues.push({ type, weight: sign * cue.weight, signs: phrases.filter(isSign) });
      if (sign === 1) totalWeight += cue.weight;
    }
    lexicon.types.push({ id, kinds, totalWeight });
  }
  for (const { list, cue } of lists) lexicon.matcher.add(list, cue);
  entries.forEach(([id, { names, heads }], type) => {
    const title = lexicon.cues.length + type;
    for (const list of Object.values(heads)) for (const head of splitPhrases(list)) lexicon.matcher.add(head, title);
    for (const list of Object.values(names)) {
      for (const name of splitPhrases(list)) {
        const generic = name.endsWith('~');
        const plain = generic ? name.slice(0, -1) : name;
        if (!generic) lexicon.matcher.add(plain, title);
        for (const wording of wordings(plain)) addName(wording, id, generic);
      }
    }
  });
  return lexicon;

  /** The first entry that claims a name keeps it, unless a later one means nothing else by it. */
  function addName(wording: string, id: string, generic: boolean): void {
    const known = lexicon.names.get(wording);
    if (known === undefined || (known.generic && !generic)) lexicon.names.set(wording, { id, generic });
  }
}

export const LEXICON = loadLexicon();
