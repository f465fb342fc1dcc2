import { readFileSync } from 'node:fs';
import type { Rule } from '../../../domain/rules.ts';
import { loadBackground } from './background.ts';
import { Classifier, type Weights } from './classifier.ts';
import type { Encoder } from './encoder/encoder.ts';
import { loadMiniLm } from './encoder/minilm.ts';
import { loadWordVectors } from './word-vectors.ts';

export const WORD_VECTORS_FILE = new URL('../../data/word-vectors.bin', import.meta.url);
export const WEIGHTS_FILE = new URL('../../data/weights.json', import.meta.url);

/** Classified once while loading: compiling the lexicon's patterns and the encoder's first run cost the first job 100 ms. */
const REHEARSAL: Rule = {
  type: 'rehearsal',
  description: 'The play is rehearsed on Monday, in costume but without light.',
};

/**
 * Reads everything a classifier needs, about a second; the first time on a machine also converts the encoder
 * and embeds the background texts into `cacheDir`.
 *
 * @param options.encoderThreads of the neural network's runtime.
 */
export async function loadClassifier(options: {
  cacheDir: string;
  encoderThreads: number;
  /** For measurements: puts something between the engine and its encoder, such as a cache. */
  wrapEncoder?: ((encoder: Encoder) => Encoder) | undefined;
}): Promise<{ classifier: Classifier; close(): Promise<void> }> {
  const { cacheDir, wrapEncoder = (encoder) => encoder } = options;
  const encoder = wrapEncoder(await loadMiniLm({ cacheDir, threads: options.encoderThreads }));
  const vectors = loadWordVectors(WORD_VECTORS_FILE);
  const background = await loadBackground({ encoder, vectors, cacheDir });
  const weights = JSON.parse(readFileSync(WEIGHTS_FILE, 'utf8')) as Weights;
  const classifier = new Classifier({ encoder, vectors, background, weights });
  await classifier.classify([{ number: 1, text: REHEARSAL.description }], [REHEARSAL]);
  return { classifier, close: () => encoder.close() };
}
