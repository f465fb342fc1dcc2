import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Encoder } from '../../src/classify/engines/local/encoder/encoder.ts';
import { createTokenizer, type Tokenizer } from '../../src/classify/engines/local/encoder/sentence-piece.ts';
import { loadUseLite } from '../../src/classify/engines/local/encoder/use-lite.ts';
import { readUseLiteVocabulary } from '../../src/classify/engines/local/encoder/use-lite-package.ts';
import { WORD_VECTORS_FILE } from '../../src/classify/engines/local/load.ts';
import { dot } from '../../src/classify/engines/local/vector.ts';
import { loadWordVectors } from '../../src/classify/engines/local/word-vectors.ts';

let cacheDir: string;
let encoder: Encoder;

beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'pigeonhole-encoder-'));
  // At the same time into an empty folder, as several processes do on their first start.
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => loadUseLite({ cacheDir, threads: 1 })));
  await Promise.all(others.map((other) => other.close()));
  encoder = first!;
});
afterAll(async () => {
  await encoder.close();
  await rm(cacheDir, { recursive: true });
});

describe('tokenizer', () => {
  let tokenizer: Tokenizer;
  beforeAll(() => {
    tokenizer = createTokenizer(readUseLiteVocabulary());
  });

  test('gives the ids of the original vocabulary', () => {
    const pieces = readUseLiteVocabulary().map(([piece]) => piece);
    const ids = tokenizer.encode('I like my phone.', 128);
    expect(ids.map((id) => pieces[id])).toEqual(['▁I', '▁like', '▁my', '▁phone', '.']);
    expect(ids).toEqual(GOLDEN_IDS);
  });

  test('joins unknown characters, cuts at the limit and takes an empty text', () => {
    expect(tokenizer.encode('名名名', 128).filter((id) => id === 0)).toHaveLength(1);
    expect(tokenizer.encode('word '.repeat(1_000), 128)).toHaveLength(128);
    expect(tokenizer.encode('', 128)).toEqual([]);
  });

  test('is linear in the length of the text', () => {
    const started = performance.now();
    tokenizer.encode('a'.repeat(1_000_000), 128);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

const GOLDEN_IDS = [16, 60, 69, 825, 6];
const GOLDEN_VECTOR = [-0.052701, -0.057621, 0.049073, -0.057534, -0.039449];

describe('encoder', () => {
  test('gives the vectors of the original model', async () => {
    const [vector] = await encoder.embed(['I like my phone.']);
    expect(vector).toHaveLength(encoder.dimension);
    GOLDEN_VECTOR.forEach((value, k) => {
      expect(vector![k]).toBeCloseTo(value, 5);
    });
  });

  test('puts what means the same close together', async () => {
    const [a, b, c] = await encoder.embed([
      'How old are you?',
      'What is your age?',
      'The train leaves from platform four',
    ]);
    expect(dot(a!, a!)).toBeCloseTo(1, 5);
    expect(dot(a!, b!)).toBeGreaterThan(0.8);
    expect(dot(a!, c!)).toBeLessThan(0.5);
  });

  test('gives a text the same bits whatever other texts come with it', async () => {
    const [alone] = await encoder.embed(['a lease of a flat']);
    const among = await encoder.embed(['', 'x '.repeat(5_000), 'a lease of a flat']);
    expect(among[2]).toEqual(alone);
  });

  test('leaves one file behind and makes it again when it is damaged', async () => {
    const [file, ...others] = await readdir(cacheDir);
    expect(others).toEqual([]);
    await truncate(path.join(cacheDir, file!), 1_000_000);
    const again = await loadUseLite({ cacheDir, threads: 1 });
    expect(await again.embed(['a lease'])).toEqual(await encoder.embed(['a lease']));
    await again.close();
    expect(await readdir(cacheDir)).toEqual([file]);
  });
});

describe('word vectors', () => {
  const vectors = loadWordVectors(WORD_VECTORS_FILE);

  test('know 60,000 words by frequency', () => {
    expect(vectors.size).toBe(60_000);
    expect(vectors.rank('the')).toBeLessThan(5);
    expect(vectors.rank('invoice')).toBeGreaterThan(5_000);
    expect(vectors.rank('qwertyzxc')).toBeNull();
    expect(vectors.vector('qwertyzxc')).toBeNull();
  });

  test('have length 1 and lie close for words of like meaning', () => {
    const doctor = vectors.vector('doctor')!;
    expect(dot(doctor, doctor)).toBeCloseTo(1, 5);
    expect(dot(doctor, vectors.vector('physician')!)).toBeGreaterThan(0.6);
    expect(dot(doctor, vectors.vector('tractor')!)).toBeLessThan(0.3);
  });
});
