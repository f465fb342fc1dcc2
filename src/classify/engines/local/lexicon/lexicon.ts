import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { readOrMakeSealed, sha256 } from '../../../../lib/cached-file.ts';
import { allFiles } from './files.ts';
import { type Names, namesFrom } from './names.ts';
import { PhraseMatcher } from './phrase-matcher.ts';
import type { PhraseTable } from './phrase-table.ts';

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

/** The type or topic that a name stands for. */
export interface NameMeaning {
  id: string;
  /** Does the word mean much else, so that only a rule's name makes it certain? */
  generic: boolean;
}

/** Plain data, which is kept in a file. */
export interface CompiledLexicon {
  types: DocumentType[];
  cues: Cue[];
  /** By name, its words separated by one space. */
  names: Map<string, NameMeaning>;
  /** The topics, each with all that are part of it, and their parts. */
  topics: Map<string, Set<string>>;
  /** By name, the topics that share it. */
  topicNames: Map<string, NameMeaning[]>;
  topicWords: TopicWord[];
  /**
   * Their ids: the index of a cue, `cues.length` + the index of a type whose name or heading stands there, or
   * `cues.length + types.length` + the index of a topic's word.
   */
  phrases: PhraseTable;
}

/** A word or phrase by which a text shows what it is about. */
export interface TopicWord {
  topic: string;
  weight: number;
}

export interface Lexicon extends Omit<CompiledLexicon, 'phrases' | 'names' | 'topicNames'> {
  matcher: PhraseMatcher;
  kindsOf: Map<string, string[]>;
  names: Names<NameMeaning>;
  topicNames: Names<NameMeaning[]>;
}

/** Raise when what is compiled, or how, changes without a change of the lexicon's files. */
const FORMAT = 3;

/**
 * Loads the lexicon, a few milliseconds; the first time on a machine it is compiled into `cacheDir`, about a second. A
 * tenth of the memory of doing that in every thread.
 */
export async function loadLexicon(options: { cacheDir: string }): Promise<Lexicon> {
  const files = allFiles().map((file) => readFileSync(file));
  const key = sha256(`${FORMAT} ${process.versions.v8} `, ...files).slice(0, 16);
  const bytes = await readOrMakeSealed(path.join(options.cacheDir, `lexicon-${key}.bin`), async () => {
    // Only here, because what reads and checks the files is larger than the lexicon.
    const { compileLexicon } = await import('./compile.ts');
    return serialize(compileLexicon());
  });
  const { phrases, names, topicNames, ...compiled } = deserialize(bytes) as CompiledLexicon;
  return {
    ...compiled,
    matcher: new PhraseMatcher(ownMemory(phrases)),
    kindsOf: new Map(compiled.types.map(({ id, kinds }) => [id, kinds])),
    names: namesFrom(names),
    topicNames: namesFrom(topicNames),
  };
}

/** What is deserialised may be a view on the whole file, which would stay. */
function ownMemory(table: PhraseTable): PhraseTable {
  const { symbols, ...arrays } = table;
  const copies = Object.entries(arrays).map(([name, array]) => [name, array.slice()]);
  return { symbols, ...Object.fromEntries(copies) } as PhraseTable;
}
