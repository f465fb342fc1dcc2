import { A_NUMBER, ANY_WORD, LINE_START, type PhraseTable } from './phrase-table.ts';
import { isMark, isNumber, type Token } from './tokens.ts';

const ROOT = 0;
const NO_NODE = -1;
const MAX_REMEMBERED = 20_000;

/** Finds tens of thousands of phrases in one pass over a text. */
export class PhraseMatcher {
  readonly #table: PhraseTable;
  /** The prefixes phrases ask for, by their first two letters, or their only one. */
  readonly #prefixes = new Map<string, { prefix: string; symbol: number }[]>();
  readonly #symbolsOf = new Map<string, readonly number[]>();

  constructor(table: PhraseTable) {
    this.#table = table;
    for (const [word, symbol] of table.symbols) {
      if (!word.endsWith('*')) continue;
      const prefix = word.slice(0, -1);
      const key = prefix.slice(0, 2);
      const known = this.#prefixes.get(key);
      if (known === undefined) this.#prefixes.set(key, [{ prefix, symbol }]);
      else known.push({ prefix, symbol });
    }
  }

  /** Calls `found` with every phrase that stands in the text, in the order of where they begin. */
  scan(tokens: readonly Token[], found: (id: number, first: Token, last: Token) => void): void {
    const symbols = tokens.map(({ text }) => this.#symbolsFor(text));
    const next = (node: number, symbol: number) => this.#next(node, symbol);
    const { firstEdge, firstId, ids } = this.#table;
    for (let start = 0; start < tokens.length; start++) {
      enter(ROOT, start, start);
      const atLineStart = tokens[start]!.opensLine ? next(ROOT, LINE_START) : NO_NODE;
      if (atLineStart !== NO_NODE) enter(atLineStart, start, start);
    }

    /** Goes on from `node` with the token at `at`; does it lead anywhere? */
    function enter(node: number, at: number, start: number): boolean {
      let leads = false;
      for (const symbol of symbols[at]!) {
        const target = next(node, symbol);
        if (target === NO_NODE) continue;
        leads = true;
        follow(target, at, start);
      }
      return leads;
    }

    /** Reports what ends with the token at `at`, which led to `node`, and goes on. */
    function follow(node: number, at: number, start: number): void {
      for (let k = firstId[node]!; k < firstId[node + 1]!; k++) found(ids[k]!, tokens[start]!, tokens[at]!);
      const isLeaf = firstEdge[node] === firstEdge[node + 1];
      if (at + 1 >= tokens.length || isLeaf) return;
      if (enter(node, at + 1, start) || !isMark(tokens[at + 1]!.text)) return;
      if (at + 2 < tokens.length) enter(node, at + 2, start);
    }
  }

  /** The node that `symbol` leads to, or `NO_NODE`. */
  #next(node: number, symbol: number): number {
    const { firstEdge, edgeSymbols, edgeTargets } = this.#table;
    let low = firstEdge[node]!;
    let high = firstEdge[node + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = edgeSymbols[middle]!;
      if (found === symbol) return edgeTargets[middle]!;
      if (found < symbol) low = middle + 1;
      else high = middle - 1;
    }
    return NO_NODE;
  }

  /** Everything a token may stand for in a phrase. */
  #symbolsFor(token: string): readonly number[] {
    let symbols = this.#symbolsOf.get(token);
    if (symbols === undefined) {
      const exact = this.#table.symbols.get(token);
      const prefixes = [...new Set([token.slice(0, 2), token.slice(0, 1)])]
        .flatMap((key) => this.#prefixes.get(key) ?? [])
        .filter(({ prefix }) => token.startsWith(prefix));
      symbols = [
        ...(exact === undefined ? [] : [exact]),
        ...prefixes.map(({ symbol }) => symbol),
        ...(isNumber(token) ? [A_NUMBER] : []),
        ...(isMark(token) ? [] : [ANY_WORD]),
      ];
      if (this.#symbolsOf.size >= MAX_REMEMBERED) this.#symbolsOf.clear();
      this.#symbolsOf.set(token, symbols);
    }
    return symbols;
  }
}
