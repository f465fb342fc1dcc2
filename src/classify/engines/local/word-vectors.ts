import { readFileSync } from 'node:fs';

/** A word's meaning as a direction: 100 numbers, length 1. */
export type WordVector = Float32Array;

export interface WordVectors {
  readonly dimension: number;
  /** How many words the table has. */
  readonly size: number;
  /** The vector of a word in lower case, or null when the table does not know it. Kept for the next call. */
  vector(word: string): WordVector | null;
  /** 0 for the most frequent word; null when the table does not know the word. */
  rank(word: string): number | null;
}

/*
 * The file: "PGWV", then unsigned 32-bit little-endian numbers: version, words, dimension, bytes of the word list; the word
 * list (ASCII, "\n" between, most frequent first); then one signed byte a component, row by row. A row is the word's vector
 * scaled so that its largest component is ±127; the length is put back when a word is looked up.
 */
const MAGIC = 'PGWV';
const FORMAT_VERSION = 1;
const HEADER_BYTES = 20;
/** Vectors kept in memory: documents share most of their words. 400 bytes each. */
const MAX_CACHED_VECTORS = 20_000;

export function encodeWordVectors(table: { words: string[]; vectors: number[][]; dimension: number }): Buffer {
  const list = Buffer.from(table.words.join('\n'), 'utf8');
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  [FORMAT_VERSION, table.words.length, table.dimension, list.length].forEach((value, index) => {
    header.writeUInt32LE(value, 4 + 4 * index);
  });
  const rows = Buffer.alloc(table.words.length * table.dimension);
  table.vectors.forEach((vector, row) => {
    const largest = Math.max(...vector.map(Math.abs)) || 1;
    vector.forEach((value, k) => {
      rows.writeInt8(Math.round((value / largest) * 127), row * table.dimension + k);
    });
  });
  return Buffer.concat([header, list, rows]);
}

const FILE = new URL('../../data/word-vectors.bin', import.meta.url);

/** Reads the file, 6 MB, into memory that threads can share. */
export function readWordVectors(): SharedArrayBuffer {
  const bytes = readFileSync(FILE);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

/** Opens the table; no number is parsed. Throws when the bytes are not such a table. */
export function openWordVectors(file: ArrayBufferLike): WordVectors {
  const bytes = Buffer.from(file);
  if (bytes.toString('latin1', 0, 4) !== MAGIC || bytes.readUInt32LE(4) !== FORMAT_VERSION) {
    throw new Error('not a word vector table of this version');
  }
  const size = bytes.readUInt32LE(8);
  const dimension = bytes.readUInt32LE(12);
  const listEnd = HEADER_BYTES + bytes.readUInt32LE(16);
  const ranks = new Map<string, number>();
  for (const word of bytes.toString('latin1', HEADER_BYTES, listEnd).split('\n')) ranks.set(word, ranks.size);
  if (ranks.size !== size || bytes.length !== listEnd + size * dimension)
    throw new Error('word vector table is cut off');
  const rows = new Int8Array(bytes.buffer, bytes.byteOffset + listEnd, size * dimension);
  const cache = new Map<string, WordVector>();

  return {
    dimension,
    size,
    rank: (word) => ranks.get(word) ?? null,
    vector(word) {
      const rank = ranks.get(word);
      if (rank === undefined) return null;
      let vector = cache.get(word);
      if (vector === undefined) {
        if (cache.size >= MAX_CACHED_VECTORS) cache.clear();
        vector = unitRow(rows, rank * dimension, dimension);
        cache.set(word, vector);
      }
      return vector;
    },
  };
}

function unitRow(rows: Int8Array, start: number, dimension: number): WordVector {
  const vector = new Float32Array(dimension);
  let squares = 0;
  for (let k = 0; k < dimension; k++) squares += rows[start + k]! ** 2;
  const scale = 1 / Math.sqrt(squares || 1);
  for (let k = 0; k < dimension; k++) vector[k] = rows[start + k]! * scale;
  return vector;
}
