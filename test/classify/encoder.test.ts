import { copyFile, mkdtemp, readdir, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Encoder } from '../../src/classify/engines/local/encoder/encoder.ts';
import { loadMiniLm } from '../../src/classify/engines/local/encoder/minilm.ts';
import { dot } from '../../src/classify/engines/local/vector.ts';
import { openWordVectors, readWordVectors } from '../../src/classify/engines/local/word-vectors.ts';

let cacheDir: string;
let encoder: Encoder;

beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'pigeonhole-encoder-'));
  // At the same time into an empty folder, as several processes do on their first start.
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => loadMiniLm({ cacheDir, threads: 1 })));
  await Promise.all(others.map((other) => other.close()));
  encoder = first!;
});
afterAll(async () => {
  await encoder.close();
  await rm(cacheDir, { recursive: true });
});

describe('encoder', () => {
  // From the documentation of Sentence Transformers, which runs the model in 32-bit floats.
  test('finds the likenesses that the original model finds', async () => {
    const [weather, sun, stadium] = await encoder.embed([
      'The weather is lovely today.',
      "It's so sunny outside!",
      'He drove to the stadium.',
    ]);
    expect(weather).toHaveLength(encoder.dimension);
    expect(dot(weather!, weather!)).toBeCloseTo(1, 5);
    expect(Math.abs(dot(weather!, sun!) - 0.666)).toBeLessThan(0.04);
    expect(Math.abs(dot(weather!, stadium!) - 0.1046)).toBeLessThan(0.04);
    expect(Math.abs(dot(sun!, stadium!) - 0.1411)).toBeLessThan(0.04);
  });

  // With bytes of eight bits, processors with and without VNNI differed by .01.
  test('gives the vectors that other processors give', async () => {
    const [weather, sun, stadium] = await encoder.embed([
      'The weather is lovely today.',
      "It's so sunny outside!",
      'He drove to the stadium.',
    ]);
    expect(dot(weather!, sun!)).toBeCloseTo(0.6672, 3);
    expect(dot(weather!, stadium!)).toBeCloseTo(0.1019, 3);
    expect(dot(sun!, stadium!)).toBeCloseTo(0.14, 3);
  });

  test('reads the beginning of a text that is longer than its window', async () => {
    const [long, longer] = await encoder.embed(['word '.repeat(200), 'word '.repeat(100_000)]);
    expect(longer).toEqual(long);
  });

  test('takes an empty text, letters it does not know and a word of a million letters', async () => {
    for (const vector of await encoder.embed(['', '名名名 🦉', 'a'.repeat(1_000_000)])) {
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  test('gives a text the same bits whatever other texts come with it', async () => {
    const [alone] = await encoder.embed(['a lease of a flat']);
    const among = await encoder.embed(['', 'x '.repeat(5_000), 'a lease of a flat']);
    expect(among[2]).toEqual(alone);
  });

  test('leaves two files behind and makes each again when it is damaged', async () => {
    const files = await readdir(cacheDir);
    expect(files).toHaveLength(2);
    for (const file of files) {
      // Another file in its place: the one that is there is in use.
      await copyFile(path.join(cacheDir, file), path.join(cacheDir, 'copy'));
      await truncate(path.join(cacheDir, 'copy'), 10_000);
      await rename(path.join(cacheDir, 'copy'), path.join(cacheDir, file));
      const again = await loadMiniLm({ cacheDir, threads: 1 });
      expect(await again.embed(['a lease'])).toEqual(await encoder.embed(['a lease']));
      await again.close();
    }
    expect(await readdir(cacheDir)).toEqual(files);
  });
});

describe('word vectors', () => {
  const vectors = openWordVectors(readWordVectors());

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
