import type { LanguageCode } from './text/language.ts';
import { wordWeight } from './text/word-weight.ts';
import { contentKeys, meaningsOf, words } from './text/words.ts';
import { centred, dot, unit, weightedSum } from './vector.ts';
import type { WordVectors } from './word-vectors.ts';

/** What the document says about one stem. */
export interface Term {
  /** The first word of the document that has this stem. */
  word: string;
  count: number;
  /** Places among the document's words, the first 40. */
  positions: number[];
}

/** The most telling words of a document: their vectors, row after row, and their weights. */
export interface TopTerms {
  vectors: Float32Array;
  weights: Float32Array;
}

/** The lexical side of a document: everything the features need that is not a rule's. */
export interface DocumentWords {
  wordCount: number;
  terms: Map<string, Term>;
  /** Stems of the first lines, in order. */
  headStems: string[];
  headStemSet: Set<string>;
  topTerms: TopTerms;
  /** Direction of all words together, null when the table knows none. */
  centroid: Float32Array | null;
}

/** The encoder's side: the document's vector and its passages', as they are and with the background's mean removed. */
export interface DocumentMeaning {
  mean: Float32Array;
  centredMean: Float32Array;
  chunks: Float32Array[];
  centredChunks: Float32Array[];
}

const HEAD_LINES = 4;
const HEAD_CHARACTERS = 400;
const MAX_POSITIONS = 40;
const TOP_TERMS = 120;
/** A word that first stands among the first 60 counts a little more. */
const EARLY_WORDS = 60;
const EARLY_BONUS = 1.3;
/** Taken off a word's weight in the centroid, so that everyday words do not blur it. */
const CENTROID_DISCOUNT = 0.15;

/** Reads the words of a folded text in a language. */
export function readWords(text: string, vectors: WordVectors, language: LanguageCode): DocumentWords {
  const all = words(text);
  const terms = new Map<string, Term>();
  all.forEach((original, place) => {
    for (const { key, word } of meaningsOf(original, language)) {
      let term = terms.get(key);
      if (term === undefined) {
        term = { word, count: 0, positions: [] };
        terms.set(key, term);
      }
      term.count++;
      if (term.positions.length < MAX_POSITIONS) term.positions.push(place);
    }
  });
  const head = text.split('\n', HEAD_LINES).join(' \n ').slice(0, HEAD_CHARACTERS);
  const headStems = contentKeys(head, language);
  return {
    wordCount: all.length,
    terms,
    headStems,
    headStemSet: new Set(headStems),
    topTerms: topTerms(terms, vectors),
    centroid: wordCentroid(
      [...terms.values()].map(({ word, count }) => ({
        word,
        weight: (1 + Math.log(count)) * Math.max(0, wordWeight(word, vectors) - CENTROID_DISCOUNT),
      })),
      vectors,
    ),
  };
}

/** Σ weight·vector of the words the table knows, as a direction; null when it knows none. */
export function wordCentroid(
  weighted: readonly { word: string; weight: number }[],
  vectors: WordVectors,
): Float32Array | null {
  const known: Float32Array[] = [];
  const weights: number[] = [];
  for (const { word, weight } of weighted) {
    const vector = vectors.vector(word);
    if (vector === null || weight === 0) continue;
    known.push(vector);
    weights.push(weight);
  }
  return known.length === 0 ? null : unit(weightedSum(known, vectors.dimension, weights));
}

/** tf-idf, (1 + ln count)·weight, times 1.3 for words that come early; the best 120 of those that are not numbers. */
function topTerms(terms: Map<string, Term>, vectors: WordVectors): TopTerms {
  const ranked = [...terms]
    .filter(([key]) => !/^\p{N}/u.test(key))
    .map(([, { word, count, positions }]) => ({
      word,
      weight: (1 + Math.log(count)) * wordWeight(word, vectors) * (positions[0]! < EARLY_WORDS ? EARLY_BONUS : 1),
    }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, TOP_TERMS)
    .flatMap(({ word, weight }) => {
      const vector = vectors.vector(word);
      return vector === null ? [] : [{ vector, weight }];
    });
  const flat = new Float32Array(ranked.length * vectors.dimension);
  ranked.forEach(({ vector }, row) => {
    flat.set(vector, row * vectors.dimension);
  });
  return { vectors: flat, weights: Float32Array.from(ranked, ({ weight }) => weight) };
}

/** Of `readMeaning`, what is said of the document as a whole: a tenth of the work. */
export function readDirection(
  chunks: readonly Float32Array[],
  backgroundMean: Float32Array,
): Pick<DocumentMeaning, 'mean' | 'centredMean'> {
  const mean = unit(weightedSum(chunks, backgroundMean.length));
  // A document without text has no direction; without this it would get that of "nothing like the background".
  return { mean, centredMean: dot(mean, mean) === 0 ? mean : centred(mean, backgroundMean) };
}

/** Puts the passages' vectors together: their sum as a direction, and everything again without `backgroundMean`. */
export function readMeaning(chunks: Float32Array[], backgroundMean: Float32Array): DocumentMeaning {
  return {
    ...readDirection(chunks, backgroundMean),
    chunks,
    centredChunks: chunks.map((chunk) => centred(chunk, backgroundMean)),
  };
}
