import type { DocumentWords } from '../document-profile.ts';
import type { RuleProfile } from '../rule-profile.ts';
import { dot } from '../vector.ts';
import type { WordVectors } from '../word-vectors.ts';
import { weightedMean } from './coverage.ts';

/** Words above this cosine are near-synonyms: "invoice" and "billing", "physician" and "doctor". */
const NEAR = 0.7;
/** Cosine that two unrelated words reach easily; soft coverage counts from here. */
const UNRELATED = 0.25;

/** How a word relates to the 120 most telling words of a document. */
export interface WordHits {
  /** The highest cosine, at least 0. */
  best: number;
  /** Σ weight of the document's words with a cosine above .7. */
  near: number;
}

const NO_HITS: WordHits = { best: 0, near: 0 };

/** Looks words up in one document, each only once: the rules of a set share many words. */
export function wordHitsOf(document: DocumentWords, vectors: WordVectors): (word: string) => WordHits {
  const known = new Map<string, WordHits>();
  return (word) => {
    let hits = known.get(word);
    if (hits === undefined) {
      const vector = vectors.vector(word);
      hits = vector === null ? NO_HITS : compare(vector, document);
      known.set(word, hits);
    }
    return hits;
  };
}

function compare(vector: Float32Array, { topTerms }: DocumentWords): WordHits {
  const dimension = vector.length;
  let best = 0;
  let near = 0;
  for (let row = 0; row < topTerms.weights.length; row++) {
    const cosine = dotRow(vector, topTerms.vectors, row * dimension);
    if (cosine > best) best = cosine;
    if (cosine > NEAR) near += topTerms.weights[row]!;
  }
  return { best, near };
}

/** Dot product with one row of a matrix; four sums at a time, because a single one waits for itself. */
export function dotRow(vector: Float32Array, rows: Float32Array, start: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0; k < vector.length; k += 4) {
    a += vector[k]! * rows[start + k]!;
    b += vector[k + 1]! * rows[start + k + 1]!;
    c += vector[k + 2]! * rows[start + k + 2]!;
    d += vector[k + 3]! * rows[start + k + 3]!;
  }
  return a + b + (c + d);
}

/** A best cosine as a soft match: 0 below .25, then linear up to 1. */
export function softMatch(bestCosine: number): number {
  return Math.max(0, (bestCosine - UNRELATED) / (1 - UNRELATED));
}

/** Cosine of the centroids of the document's and the rule's words. */
export function centroidCosine(document: DocumentWords, rule: RuleProfile): number {
  return document.centroid === null || rule.centroid === null ? 0 : dot(document.centroid, rule.centroid);
}

/** Weighted mean of ln(1 + near) over the rule's terms: how often the document says the same in other words. */
export function nearSynonyms(rule: RuleProfile, hits: (word: string) => WordHits): number {
  return weightedMean(rule.terms, (_, { word }) => Math.log1p(hits(word).near));
}

/** Weighted share of the rule's terms that the document has, a similar word counting in part. */
export function softCoverage(document: DocumentWords, rule: RuleProfile, hits: (word: string) => WordHits): number {
  return weightedMean(rule.terms, (key, { word }) => (document.terms.has(key) ? 1 : softMatch(hits(word).best)));
}
