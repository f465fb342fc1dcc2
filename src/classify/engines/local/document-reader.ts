import type { PageText } from '../../../domain/document.ts';
import { sha256 } from '../../../lib/cached-file.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import type { Background } from './background.ts';
import { type DocumentMeaning, type DocumentWords, readDirection, readMeaning, readWords } from './document-profile.ts';
import type { Encoder } from './encoder/encoder.ts';
import { type WordHits, wordHitsOf } from './features/word-similarity.ts';
import type { GivenDocument } from './given.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { type LexiconScores, scoreByLexicon, type TopicScores } from './lexicon/score.ts';
import { chunkText } from './text/chunks.ts';
import { foldPages } from './text/fold.ts';
import type { Language } from './text/language.ts';
import { withoutOrders } from './text/orders.ts';
import { englishOf } from './text/words.ts';
import type { WordVectors } from './word-vectors.ts';

/** A document as the features see it: everything that does not depend on rules. */
export interface ReadDocument {
  /** The folded text that was read. */
  text: string;
  language: Language;
  /** Stems with their counts and places, the most telling words, the direction of all words. */
  words: DocumentWords;
  /** How a rule's word relates to the document's; remembered for the next rule. */
  hits: (word: string) => WordHits;
  /** The encoder's vectors of the document and its passages. */
  meaning: DocumentMeaning;
  lexicon: LexiconScores;
  topics: TopicScores;
}

/** Characters of folded text that are read: 10 pages or so. What a document is, it says before that. */
const HEAD_CHARACTERS = 30_000;
/**
 * Documents kept, so that other rules on the same text cost the rules' work only; one takes about 300 KB. More are not
 * worth it: with its gist a document is read anew in 15 ms.
 */
const MAX_DOCUMENTS = 16;
/** Of examples only this is kept: 2 KB each. */
const MAX_DIRECTIONS = 2_000;
/** A passage in another language is read by the encoder as the English words known for it, if there are as many. */
const MIN_GLOSSES = 3;

/** Reads documents into features and remembers the last ones by their text. */
export class DocumentReader {
  readonly #encoder: Encoder;
  readonly #vectors: WordVectors;
  readonly #background: Background;
  readonly #lexicon: Lexicon;
  readonly #read = new WeightedLru<ReadDocument>(MAX_DOCUMENTS);
  readonly #directions = new WeightedLru<Float32Array>(MAX_DIRECTIONS);

  constructor(parts: { encoder: Encoder; vectors: WordVectors; background: Background; lexicon: Lexicon }) {
    this.#encoder = parts.encoder;
    this.#vectors = parts.vectors;
    this.#background = parts.background;
    this.#lexicon = parts.lexicon;
  }

  /** With the vectors of its passages, the encoder has nothing to do. */
  async read({ pages, language, vectors = null }: GivenDocument): Promise<ReadDocument> {
    const text = textOf(pages);
    const key = keyOf(text, language);
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const words = readWords(text, this.#vectors, language.code);
    const { types, topics } = scoreByLexicon(this.#lexicon, text);
    const document: ReadDocument = {
      text,
      language,
      words,
      hits: wordHitsOf(words, this.#vectors),
      meaning:
        vectors === null
          ? await this.#meaningOf(text, language)
          : readMeaning(this.#chunksOf(vectors), this.#background.documentMean),
      lexicon: types,
      topics,
    };
    this.#read.set(key, document, 1);
    return document;
  }

  /**
   * `meaning.centredMean` alone, which is all that is compared with an example; with the whole meaning where it had to be
   * looked up or made. With the vectors of the passages, the pages are not looked at.
   */
  async readDirection({
    pages,
    language,
    vectors = null,
  }: GivenDocument): Promise<{ direction: Float32Array; meaning: DocumentMeaning | null }> {
    if (vectors !== null) {
      return {
        direction: readDirection(this.#chunksOf(vectors), this.#background.documentMean).centredMean,
        meaning: null,
      };
    }
    const text = textOf(pages);
    const key = keyOf(text, language);
    const known = this.#directions.get(key);
    if (known !== undefined) return { direction: known, meaning: null };
    const meaning = this.#read.get(key)?.meaning ?? (await this.#meaningOf(text, language));
    this.#directions.set(key, meaning.centredMean, 1);
    return { direction: meaning.centredMean, meaning };
  }

  async #meaningOf(text: string, language: Language): Promise<DocumentMeaning> {
    const chunks = chunkText(text).map((chunk) => inEnglish(chunk, language));
    return readMeaning(await this.#encoder.embed(chunks), this.#background.documentMean);
  }

  #chunksOf(vectors: Float32Array): Float32Array[] {
    const { dimension } = this.#encoder;
    return Array.from({ length: vectors.length / dimension }, (_, row) =>
      vectors.subarray(row * dimension, (row + 1) * dimension),
    );
  }
}

/** The passages' vectors one after another, which is all that `read` needs to spare the encoder. */
export function vectorsOf({ chunks, mean }: DocumentMeaning): Float32Array {
  const vectors = new Float32Array(chunks.length * mean.length);
  chunks.forEach((chunk, row) => {
    vectors.set(chunk, row * mean.length);
  });
  return vectors;
}

/** The same text can be taken for another language where what was left out of it is. */
function keyOf(text: string, { code, detected }: Language): string {
  return sha256(`${code} ${detected}\n`, text);
}

function textOf(pages: readonly PageText[]): string {
  return withoutOrders(foldPages(pages, HEAD_CHARACTERS));
}

/** The encoder knows English only. */
function inEnglish(chunk: string, { code }: Language): string {
  if (code === 'en') return chunk;
  const english = englishOf(chunk, code);
  return english.length < MIN_GLOSSES ? chunk : english.join(' ');
}
