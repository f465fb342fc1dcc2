import type { WordVectors } from '../word-vectors.ts';

/** Frequency ranks below this hardly tell anything; the constant of the formula. */
const COMMON_RANK = 20;
const MIN_WEIGHT = 0.05;
/** A word outside the table counts as rarer than every word in it. */
const UNKNOWN_RANK_FACTOR = 1.5;

/**
 * How much a word tells, without a corpus: an inverse document frequency by Zipf's law from the word's frequency rank,
 * ln(rank/20 + 1) / ln(N/20 + 1), at least .05; 1 for the last word of the table, a little more for words outside.
 */
export function wordWeight(word: string, vectors: WordVectors): number {
  const rank = vectors.rank(word);
  const place = rank === null ? vectors.size * UNKNOWN_RANK_FACTOR : rank + 1;
  return Math.max(MIN_WEIGHT, Math.log(place / COMMON_RANK + 1) / Math.log(vectors.size / COMMON_RANK + 1));
}
