/** SentencePiece with a unigram model: of all ways to cut a text into known pieces, the most probable one. */
export interface Tokenizer {
  /** Ids of the pieces, at most `limit`; 0 stands for a run of characters that no piece covers. */
  encode(text: string, limit: number): number[];
}

/** A piece and the logarithm of its probability, as in the package's vocab.json; the position is the id. */
export type VocabularyEntry = [piece: string, logProbability: number];

/** Ids below are control pieces, which text never matches. */
const FIRST_TEXT_PIECE = 6;
const UNKNOWN = 0;
/** SentencePiece writes a space, and the beginning of the text, as U+2581. */
const SPACE_MARK = '\u2581';
/** No window of 128 pieces reaches further; the work per character is constant, so this bounds the time for any text. */
const MAX_CODE_POINTS = 4_000;

interface TrieNode {
  next: Map<string, TrieNode>;
  id: number;
}

export function createTokenizer(vocabulary: readonly VocabularyEntry[]): Tokenizer {
  const root: TrieNode = { next: new Map(), id: UNKNOWN };
  for (let id = FIRST_TEXT_PIECE; id < vocabulary.length; id++) addPiece(root, vocabulary[id]![0], id);

  return {
    encode(text, limit) {
      const normalized = text.normalize('NFKC');
      if (normalized === '') return [];
      const characters = [...(SPACE_MARK + normalized.replaceAll(' ', SPACE_MARK))].slice(0, MAX_CODE_POINTS);
      return joinUnknown(bestPath(characters, root, vocabulary)).slice(0, limit);
    },
  };
}

function addPiece(root: TrieNode, piece: string, id: number): void {
  let node = root;
  for (const character of piece) {
    let child = node.next.get(character);
    if (child === undefined) {
      child = { next: new Map(), id: UNKNOWN };
      node.next.set(character, child);
    }
    node = child;
  }
  node.id = id;
}

/**
 * Viterbi: `best[e]` is the highest sum of log probabilities of pieces that cover the first `e` characters. A character at
 * which no piece begins becomes an unknown piece of cost 0, as in the original implementation; on ties the shorter last
 * piece wins, also as there.
 */
function bestPath(characters: string[], root: TrieNode, vocabulary: readonly VocabularyEntry[]): number[] {
  const length = characters.length;
  const best = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  const lastPiece = new Int32Array(length + 1);
  const lastStart = new Int32Array(length + 1);
  best[0] = 0;
  const relax = (start: number, end: number, id: number, logProbability: number) => {
    const score = best[start]! + logProbability;
    if (score < best[end]!) return;
    best[end] = score;
    lastPiece[end] = id;
    lastStart[end] = start;
  };
  for (let start = 0; start < length; start++) {
    if (best[start] === Number.NEGATIVE_INFINITY) continue;
    let node: TrieNode | undefined = root;
    let matched = false;
    for (let end = start; end < length; end++) {
      node = node.next.get(characters[end]!);
      if (node === undefined) break;
      if (node.id === UNKNOWN) continue;
      matched = true;
      relax(start, end + 1, node.id, vocabulary[node.id]![1]);
    }
    if (!matched) relax(start, start + 1, UNKNOWN, 0);
  }
  const ids: number[] = [];
  for (let end = length; end > 0; end = lastStart[end]!) ids.push(lastPiece[end]!);
  return ids.reverse();
}

function joinUnknown(ids: number[]): number[] {
  return ids.filter((id, index) => id !== UNKNOWN || ids[index - 1] !== UNKNOWN);
}
