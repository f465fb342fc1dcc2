import { expand, phraseWords } from './phrase-syntax.ts';

/** Phrases prepared for a `PhraseMatcher`: a tree of symbols in a few arrays. Plain data, which can be kept in a file. */
export interface PhraseTable {
  /** The symbol of each word, and of each `prefix*`. */
  symbols: Map<string, number>;
  /** The edges of node n are those from `firstEdge[n]` to before `firstEdge[n + 1]`, by rising symbol. */
  firstEdge: Int32Array;
  edgeSymbols: Int32Array;
  edgeTargets: Int32Array;
  /** The ids of the phrases that end at node n: those from `firstId[n]` to before `firstId[n + 1]`. */
  firstId: Int32Array;
  ids: Int32Array;
}

/** What stands for a word in a phrase; words and prefixes have symbols from `FIRST_WORD` on. */
export const LINE_START = 0;
export const ANY_WORD = 1;
export const A_NUMBER = 2;
const FIRST_WORD = 3;

/** @param phrases in the syntax of phrase-syntax.ts, with the id that every match will be reported as. */
export function compilePhrases(phrases: Iterable<readonly [phrase: string, id: number]>): PhraseTable {
  const symbols = new Map<string, number>();
  const sequences: Sequence[] = [];
  for (const [phrase, id] of phrases) {
    for (const plain of expand(phrase)) {
      const sequence = phraseWords(plain).map(symbolFor);
      if (sequence.length === 0) continue;
      if (plain.trim().startsWith('^')) sequence.unshift(LINE_START);
      sequences.push({ symbols: sequence, id });
    }
  }
  return { symbols, ...treeOf(sequences) };

  function symbolFor(word: string): number {
    if (word === '*') return ANY_WORD;
    if (word === '#') return A_NUMBER;
    let symbol = symbols.get(word);
    if (symbol === undefined) {
      symbol = FIRST_WORD + symbols.size;
      symbols.set(word, symbol);
    }
    return symbol;
  }
}

interface Sequence {
  symbols: number[];
  id: number;
}

function treeOf(sequences: Sequence[]): Omit<PhraseTable, 'symbols'> {
  sequences.sort((a, b) => compareLists(a.symbols, b.symbols));
  const firstEdge: number[] = [];
  const edgeSymbols: number[] = [];
  const edgeTargets: number[] = [];
  const firstId: number[] = [];
  const ids: number[] = [];
  const nodes = [{ from: 0, to: sequences.length, depth: 0 }];
  for (let node = 0; node < nodes.length; node++) {
    const { from, to, depth } = nodes[node]!;
    firstEdge.push(edgeSymbols.length);
    firstId.push(ids.length);
    let at = from;
    for (; at < to && sequences[at]!.symbols.length === depth; at++) ids.push(sequences[at]!.id);
    while (at < to) {
      const symbol = sequences[at]!.symbols[depth]!;
      const start = at;
      while (at < to && sequences[at]!.symbols[depth] === symbol) at++;
      edgeSymbols.push(symbol);
      edgeTargets.push(nodes.length);
      nodes.push({ from: start, to: at, depth: depth + 1 });
    }
  }
  return {
    firstEdge: Int32Array.from([...firstEdge, edgeSymbols.length]),
    edgeSymbols: Int32Array.from(edgeSymbols),
    edgeTargets: Int32Array.from(edgeTargets),
    firstId: Int32Array.from([...firstId, ids.length]),
    ids: Int32Array.from(ids),
  };
}

/** Number by number; a list comes before those it begins. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}
