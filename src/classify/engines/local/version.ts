import { readFileSync } from 'node:fs';
import { sha256 } from '../../../lib/cached-file.ts';
import { MINILM_ID } from './encoder/minilm-id.ts';
import { allFiles } from './lexicon/files.ts';

/** Raise when a formula changes; changes of the data below show by themselves. */
const ALGORITHM = 6;

/** With the word table, the lexicon and its topics, everything an answer depends on beside the code. */
const DATA_FILES = [
  '../../data/weights.json',
  '../../data/background-texts.txt',
  '../../data/background-rules.txt',
  '../../data/glossary.txt',
];

/** For example `local-1-3f2a9c01d4e5`, in a few milliseconds. */
export function localEngineVersion(wordVectors: SharedArrayBuffer): string {
  const files = [...DATA_FILES.map((file) => new URL(file, import.meta.url)), ...allFiles()].map((file) =>
    readFileSync(file),
  );
  return `local-${ALGORITHM}-${sha256(MINILM_ID, new Uint8Array(wordVectors), ...files).slice(0, 12)}`;
}
