import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readOrMakeSealed, sha256 } from '../../../lib/cached-file.ts';
import { type DocumentWords, readWords } from './document-profile.ts';
import type { Encoder } from './encoder/encoder.ts';
import { weightedMean } from './features/coverage.ts';
import { dotRow, softMatch } from './features/word-similarity.ts';
import type { RuleProfile } from './rule-profile.ts';
import { chunkText } from './text/chunks.ts';
import { foldText } from './text/fold.ts';
import { unit, weightedSum } from './vector.ts';
import type { WordVectors } from './word-vectors.ts';

/** How a rule scores on texts that have nothing to do with it. */
export interface Distribution {
  mean: number;
  deviation: number;
}

/** What documents and rules look like when nothing is known of them: the zero point of several features. */
export interface Background {
  /** Mean encoder vector of unrelated documents. */
  documentMean: Float32Array;
  /** Mean encoder vector of unrelated rules. */
  ruleMean: Float32Array;
  /** Soft coverage of the rule over the background texts. */
  softCoverage(rule: RuleProfile): Distribution;
}

/** Keeps a z-score finite for rules that no background text touches. */
const DEVIATION_FLOOR = 0.05;
const MAX_CACHED_WORDS = 20_000;

const TEXTS = readBackgroundFile('background-texts.txt').split('\n---\n').map(foldText);
const RULES = readBackgroundFile('background-rules.txt').split('\n');

function readBackgroundFile(name: string): string {
  return readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8').trim();
}

/** Reads the background texts. The encoder's means are computed once (half a second) and kept in `cacheDir`. */
export async function loadBackground(options: {
  encoder: Encoder;
  vectors: WordVectors;
  cacheDir: string;
}): Promise<Background> {
  const { encoder, vectors } = options;
  const [documentMean, ruleMean] = await loadMeans(encoder, options.cacheDir);
  return { documentMean, ruleMean, softCoverage: createSoftCoverage(vectors) };
}

/** Two vectors of the encoder's dimension, kept in a file. */
async function loadMeans(encoder: Encoder, cacheDir: string): Promise<[Float32Array, Float32Array]> {
  const key = sha256(encoder.id, '\n', TEXTS.join('\n---\n'), '\n', RULES.join('\n')).slice(0, 16);
  const bytes = await readOrMakeSealed(path.join(cacheDir, `background-${key}.bin`), async () => {
    const documents: Float32Array[] = [];
    for (const text of TEXTS)
      documents.push(unit(weightedSum(await encoder.embed(chunkText(text)), encoder.dimension)));
    const rules = await encoder.embed(RULES);
    return Buffer.concat([meanBytes(documents), meanBytes(rules)]);
  });
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  return [floats.slice(0, encoder.dimension), floats.slice(encoder.dimension)];

  function meanBytes(all: Float32Array[]): Buffer {
    const mean = weightedSum(
      all,
      encoder.dimension,
      all.map(() => 1 / all.length),
    );
    return Buffer.from(mean.buffer);
  }
}

/**
 * Soft coverage of rules over the background texts, by word: the texts' telling words overlap, so a rule's word is
 * compared with each distinct one once and remembered for the next rules that use it.
 */
function createSoftCoverage(vectors: WordVectors): (rule: RuleProfile) => Distribution {
  const documents = TEXTS.map((text) => readWords(text, vectors, 'en'));
  const { rows, places } = distinctRows(documents, vectors.dimension);
  const known = new Map<string, Float32Array>();

  const bestCosines = (word: string): Float32Array => {
    let best = known.get(word);
    if (best === undefined) {
      const vector = vectors.vector(word);
      best = vector === null ? new Float32Array(documents.length) : compare(vector);
      if (known.size >= MAX_CACHED_WORDS) known.clear();
      known.set(word, best);
    }
    return best;
  };

  const compare = (vector: Float32Array): Float32Array => {
    const cosines = new Float32Array(rows.length / vectors.dimension);
    for (let row = 0; row < cosines.length; row++) cosines[row] = dotRow(vector, rows, row * vectors.dimension);
    return Float32Array.from(places, (own) => own.reduce((best, row) => Math.max(best, cosines[row]!), 0));
  };

  return (rule) => {
    const coverages = documents.map((document, index) =>
      weightedMean(rule.terms, (key, { word }) => (document.terms.has(key) ? 1 : softMatch(bestCosines(word)[index]!))),
    );
    const mean = coverages.reduce((sum, value) => sum + value, 0) / coverages.length;
    const variance = coverages.reduce((sum, value) => sum + (value - mean) ** 2, 0) / coverages.length;
    return { mean, deviation: Math.sqrt(variance) + DEVIATION_FLOOR };
  };
}

/** The telling words of all texts without repetition, and for each text the rows that are its own. */
function distinctRows(documents: DocumentWords[], dimension: number): { rows: Float32Array; places: Uint32Array[] } {
  const rowOf = new Map<string, number>();
  const distinct: Float32Array[] = [];
  const places = documents.map(({ topTerms }) =>
    Uint32Array.from(topTerms.weights, (_, index) => {
      const vector = topTerms.vectors.subarray(index * dimension, (index + 1) * dimension);
      const key = vector.join();
      let row = rowOf.get(key);
      if (row === undefined) {
        row = distinct.length;
        rowOf.set(key, row);
        distinct.push(vector);
      }
      return row;
    }),
  );
  const rows = new Float32Array(distinct.length * dimension);
  distinct.forEach((vector, row) => {
    rows.set(vector, row * dimension);
  });
  return { rows, places };
}
