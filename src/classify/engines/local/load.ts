import { readFileSync } from 'node:fs';
import { loadBackground } from './background.ts';
import { Classifier, type Weights } from './classifier.ts';
import type { Encoder } from './encoder/encoder.ts';
import { loadMiniLm } from './encoder/minilm.ts';
import type { GivenDocument, GivenRule } from './given.ts';
import { loadLexicon } from './lexicon/lexicon.ts';
import { UNCERTAIN_LANGUAGE } from './text/language.ts';
import { openWordVectors, readWordVectors } from './word-vectors.ts';

export const WEIGHTS_FILE = new URL('../../data/weights.json', import.meta.url);

/** Classified once while loading: the encoder's first run costs the first job 100 ms. */
const REHEARSAL: { document: GivenDocument; rule: GivenRule } = {
  document: {
    pages: [{ number: 1, text: 'The play is rehearsed on Monday, in costume but without light.' }],
    language: UNCERTAIN_LANGUAGE,
  },
  rule: { rule: { type: 'rehearsal', description: 'A rehearsal of a play in costume' }, language: 'en' },
};

/**
 * Reads everything a classifier needs, about a second; the first time on a machine also converts the encoder
 * and the lexicon and embeds the background texts into `cacheDir`.
 *
 * @param options.encoderThreads of the neural network's runtime.
 * @param options.wordVectors the table, where it has been read before: threads share it.
 */
export async function loadClassifier(options: {
  cacheDir: string;
  encoderThreads: number;
  wordVectors?: SharedArrayBuffer | undefined;
  /** For measurements: puts something between the engine and its encoder, such as a cache. */
  wrapEncoder?: ((encoder: Encoder) => Encoder) | undefined;
}): Promise<{ classifier: Classifier; close(): Promise<void> }> {
  const { cacheDir, wrapEncoder = (encoder) => encoder } = options;
  const encoder = wrapEncoder(await loadMiniLm({ cacheDir, threads: options.encoderThreads }));
  const lexicon = await loadLexicon({ cacheDir });
  const vectors = openWordVectors(options.wordVectors ?? readWordVectors());
  const background = await loadBackground({ encoder, vectors, cacheDir });
  const weights = JSON.parse(readFileSync(WEIGHTS_FILE, 'utf8')) as Weights;
  const classifier = new Classifier({ encoder, vectors, background, lexicon, weights });
  await classifier.classify(REHEARSAL.document, [REHEARSAL.rule]);
  return { classifier, close: () => encoder.close() };
}
