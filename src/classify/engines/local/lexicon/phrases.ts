import { isMark, isNumber, type Token, tokenise } from './tokens.ts';

/**
 * Finds thousands of phrases in one pass over a text. A phrase is words with single spaces:
 *
 * - `word*`: a word that begins so; `*`: any word; `#`: a number
 * - `^` in front: the phrase begins a line
 * - `:` `[` `]` `§` `%` `@`: that mark; marks a phrase does not ask for are passed over
 * - `(a|b)`: one of them; `(a )`: with or without
 */
export class PhraseMatcher {
  readonly #symbols = new Map<string, number>();
  /** The prefixes phrases ask for, by their first two letters, or their only one. */
  readonly #prefixes = new Map<string, { prefix: string; symbol: number }[]>();
  readonly #sequences: { symbols: number[]; id: number }[] = [];
  readonly #symbolsOf = new Map<string, readonly number[]>();
  #trie: Trie | null = null;

  /** Every match of `phrase` will be reported as `id`. All phrases are added before the first scan. */
  add(phrase: string, id: number): void {
    if (this.#trie !== null) throw new Error('a phrase is added after the first scan');
    for (const plain of expand(phrase)) {
      const symbols = patternWords(plain).map((word) => this.#symbolFor(word));
      if (symbols.length === 0) continue;
      if (plain.trim().startsWith('^')) symbols.unshift(LINE_START);
      this.#sequences.push({ symbols, id });
    }
  }

  /** Calls `found` with every phrase that stands in the text, in the order of where they begin. */
  scan(tokens: readonly Token[], found: (id: number, first: Token, last: Token) => void): void {
    if (this.#trie === null) {
      this.#trie = new Trie(this.#sequences.splice(0));
      wordsOfPart.clear();
    }
    const trie = this.#trie;
    const symbols = tokens.map(({ text }) => this.#symbolsFor(text));
    for (let start = 0; start < tokens.length; start++) {
      enter(Trie.ROOT, start, start);
      const atLineStart = tokens[start]!.opensLine ? trie.next(Trie.ROOT, LINE_START) : NO_NODE;
      if (atLineStart !== NO_NODE) enter(atLineStart, start, start);
    }

    /** Goes on from `node` with the token at `at`; does it lead anywhere? */
    function enter(node: number, at: number, start: number): boolean {
      let leads = false;
      for (const symbol of symbols[at]!) {
        const next = trie.next(node, symbol);
        if (next === NO_NODE) continue;
        leads = true;
        follow(next, at, start);
      }
      return leads;
    }

    /** Reports what ends with the token at `at`, which led to `node`, and goes on. */
    function follow(node: number, at: number, start: number): void {
      trie.eachId(node, (id) => found(id, tokens[start]!, tokens[at]!));
      if (at + 1 >= tokens.length || trie.isLeaf(node)) return;
      if (enter(node, at + 1, start) || !isMark(tokens[at + 1]!.text)) return;
      if (at + 2 < tokens.length) enter(node, at + 2, start);
    }
  }

  #symbolFor(word: string): number {
    if (word === '*') return ANY_WORD;
    if (word === '#') return A_NUMBER;
    let symbol = this.#symbols.get(word);
    if (symbol === undefined) {
      symbol = FIRST_WORD + this.#symbols.size;
      this.#symbols.set(word, symbol);
      if (word.endsWith('*')) {
        const prefix = word.slice(0, -1);
        const key = prefix.slice(0, 2);
        this.#prefixes.set(key, [...(this.#prefixes.get(key) ?? []), { prefix, symbol }]);
      }
    }
    return symbol;
  }

  /** Everything a token may stand for in a phrase. */
  #symbolsFor(token: string): readonly number[] {
    let symbols = this.#symbolsOf.get(token);
    if (symbols === undefined) {
      const exact = this.#symbols.get(token);
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

/** What stands for a word in a phrase; words and prefixes have numbers from `FIRST_WORD` on. */
const LINE_START = 0;
const ANY_WORD = 1;
const A_NUMBER = 2;
const FIRST_WORD = 3;
const NO_NODE = -1;
const MAX_REMEMBERED = 20_000;

/** The phrases as a tree in a few arrays: tens of thousands of nodes as objects took 40 MB in every thread. */
class Trie {
  static readonly ROOT = 0;
  /** The edges of node n are those from `#firstEdge[n]` to before `#firstEdge[n + 1]`, by rising symbol; ids likewise. */
  readonly #firstEdge: Int32Array;
  readonly #symbols: Int32Array;
  readonly #targets: Int32Array;
  readonly #firstId: Int32Array;
  readonly #ids: Int32Array;

  constructor(sequences: { symbols: number[]; id: number }[]) {
    sequences.sort((a, b) => compareLists(a.symbols, b.symbols));
    const firstEdge: number[] = [];
    const symbols: number[] = [];
    const targets: number[] = [];
    const firstId: number[] = [];
    const ids: number[] = [];
    const nodes = [{ from: 0, to: sequences.length, depth: 0 }];
    for (let node = 0; node < nodes.length; node++) {
      const { from, to, depth } = nodes[node]!;
      firstEdge.push(symbols.length);
      firstId.push(ids.length);
      let at = from;
      for (; at < to && sequences[at]!.symbols.length === depth; at++) ids.push(sequences[at]!.id);
      while (at < to) {
        const symbol = sequences[at]!.symbols[depth]!;
        const start = at;
        while (at < to && sequences[at]!.symbols[depth] === symbol) at++;
        symbols.push(symbol);
        targets.push(nodes.length);
        nodes.push({ from: start, to: at, depth: depth + 1 });
      }
    }
    this.#firstEdge = Int32Array.from([...firstEdge, symbols.length]);
    this.#symbols = Int32Array.from(symbols);
    this.#targets = Int32Array.from(targets);
    this.#firstId = Int32Array.from([...firstId, ids.length]);
    this.#ids = Int32Array.from(ids);
  }

  isLeaf(node: number): boolean {
    return this.#firstEdge[node] === this.#firstEdge[node + 1];
  }

  eachId(node: number, found: (id: number) => void): void {
    for (let at = this.#firstId[node]!; at < this.#firstId[node + 1]!; at++) found(this.#ids[at]!);
  }

  /** The node that `symbol` leads to, or `NO_NODE`. */
  next(node: number, symbol: number): number {
    let low = this.#firstEdge[node]!;
    let high = this.#firstEdge[node + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#symbols[middle]!;
      if (found === symbol) return this.#targets[middle]!;
      if (found < symbol) low = middle + 1;
      else high = middle - 1;
    }
    return NO_NODE;
  }
}

/** Number by number; a list comes before those it begins. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}

/** Remembered while phrases are added: their parts repeat. */
const wordsOfPart = new Map<string, readonly string[]>();

/** The words of a pattern without its alternatives; everything that is no token of a text is dropped. */
function patternWords(phrase: string): string[] {
  const found: string[] = [];
  for (const part of phrase.split(/\s+/)) {
    let words = wordsOfPart.get(part);
    if (words === undefined) {
      words = readPart(part);
      wordsOfPart.set(part, words);
    }
    found.push(...words);
  }
  return found;
}

function readPart(part: string): string[] {
  const bare = part.replace(/^\^/, '');
  if (bare === '*' || bare === '#') return [bare];
  const words = tokenise(bare).map(({ text }) => text);
  if (bare.endsWith('*') && words.length > 0) words.push(`${words.pop()!}*`);
  return words.filter((word) => word !== '');
}

/** `a (b|c) d` → `a b d`, `a c d`; `a (b )c` → `a b c`, `a c`. */
function expand(phrase: string): string[] {
  const open = phrase.indexOf('(');
  if (open === -1) return [phrase];
  const close = phrase.indexOf(')', open);
  if (close === -1) return [phrase];
  const inside = phrase.slice(open + 1, close);
  const choices = inside.includes('|') ? inside.split('|') : [inside, ''];
  const rest = expand(phrase.slice(close + 1));
  return choices.flatMap((choice) => rest.map((tail) => phrase.slice(0, open) + choice + tail));
}

/** Splits a list of phrases at the bars that are not in parentheses. */
export function splitPhrases(list: string): string[] {
  const phrases: string[] = [];
  let depth = 0;
  let phrase = '';
  for (const character of list) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === '|' && depth === 0) {
      phrases.push(phrase.trim());
      phrase = '';
    } else phrase += character;
  }
  return [...phrases, phrase.trim()].filter((entry) => entry !== '');
}

/** Every wording of a list of phrases, its words separated by one space. For names, which are compared as a whole. */
export function wordings(list: string): string[] {
  return splitPhrases(list).flatMap((phrase) => expand(phrase).map((plain) => patternWords(plain).join(' ')));
}
