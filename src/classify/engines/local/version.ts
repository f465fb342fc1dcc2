import { readdirSync, readFileSync } from 'node:fs';
import { sha256 } from '../../../lib/cached-file.ts';
import { MINILM_ID } from './encoder/minilm-id.ts';

const LEXICON_FOLDER = new URL('../../data/lexicon/', import.meta.url);

/** Raise when a formula changes; changes of the data below show by themselves. */
const ALGORITHM = 5;

/** Everything an answer depends on beside the code. The word table is named by its notice's neighbour, its own hash. */
const DATA_FILES = [
  '../../data/weights.json',
  '../../data/background-texts.txt',
  '../../data/background-rules.txt',
  '../../data/word-vectors.bin',
  '../../data/glossary.txt',
];

/** For example `local-1-3f2a9c01d4e5`. Reads 6 MB, a few milliseconds. */
export function localEngineVersion(): string {
  const lexicon = readdirSync(LEXICON_FOLDER)
    .sort()
    .map((name) => new URL(name, LEXICON_FOLDER));
  const files = [...DATA_FILES.map((file) => new URL(file, import.meta.url)), ...lexicon].map((file) =>
    readFileSync(file),
  );
  return `local-${ALGORITHM}-${sha256(MINILM_ID, ...files).slice(0, 12)}`;
}
