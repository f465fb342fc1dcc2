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
  readonly #anywhere = new Node();
  readonly #atLineStart = new Node();

  /** Every match of `phrase` will be reported as `id`. */
  add(phrase: string, id: number): void {
    for (const plain of expand(phrase)) {
      const opens = plain.trim().startsWith('^');
      const words = patternWords(plain);
      if (words.length === 0) continue;
      let node = opens ? this.#atLineStart : this.#anywhere;
      for (const word of words) node = node.childFor(word);
      node.ids.push(id);
    }
  }

  /** Calls `found` with every phrase that stands in the text, in the order of where they begin. */
  scan(tokens: readonly Token[], found: (id: number, first: Token, last: Token) => void): void {
    for (let start = 0; start < tokens.length; start++) {
      const token = tokens[start]!;
      for (const root of token.opensLine ? [this.#anywhere, this.#atLineStart] : [this.#anywhere]) {
        for (const node of root.next(token.text)) follow(node, start);
      }
    }

    /** Reports what ends with the token at `at`, which led to `node`, and goes on. */
    function follow(node: Node, at: number, start = at): void {
      for (const id of node.ids) found(id, tokens[start]!, tokens[at]!);
      const token = tokens[at + 1];
      if (node.isLeaf || token === undefined) return;
      const nodes = node.next(token.text);
      for (const next of nodes) follow(next, at + 1, start);
      if (nodes.length > 0 || !isMark(token.text)) return;
      const beyond = tokens[at + 2];
      if (beyond !== undefined) for (const next of node.next(beyond.text)) follow(next, at + 2, start);
    }
  }
}

const NO_NODES: readonly Node[] = [];

class Node {
  readonly children = new Map<string, Node>();
  /** Children for `word*`, by the first three letters. */
  readonly prefixes = new Map<string, { prefix: string; node: Node }[]>();
  anyWord: Node | null = null;
  number: Node | null = null;
  readonly ids: number[] = [];
  isLeaf = true;

  childFor(word: string): Node {
    this.isLeaf = false;
    if (word === '*') {
      this.anyWord ??= new Node();
      return this.anyWord;
    }
    if (word === '#') {
      this.number ??= new Node();
      return this.number;
    }
    if (word.endsWith('*')) {
      const prefix = word.slice(0, -1);
      const siblings = this.prefixes.get(prefix.slice(0, 3)) ?? [];
      this.prefixes.set(prefix.slice(0, 3), siblings);
      const known = siblings.find((sibling) => sibling.prefix === prefix);
      if (known !== undefined) return known.node;
      const node = new Node();
      siblings.push({ prefix, node });
      return node;
    }
    const node = this.children.get(word) ?? new Node();
    this.children.set(word, node);
    return node;
  }

  /** Where a token leads. */
  next(token: string): readonly Node[] {
    const exact = this.children.get(token);
    const general = this.#generalNext(token);
    if (exact === undefined) return general;
    return general.length === 0 ? [exact] : [exact, ...general];
  }

  #generalNext(token: string): readonly Node[] {
    if (this.prefixes.size === 0 && this.number === null && this.anyWord === null) return NO_NODES;
    const nodes: Node[] = [];
    for (let length = 2; length <= 3 && this.prefixes.size > 0; length++) {
      const siblings = this.prefixes.get(token.slice(0, length));
      if (siblings === undefined || (length === 3 && token.length < 3)) continue;
      for (const { prefix, node } of siblings) if (token.startsWith(prefix)) nodes.push(node);
    }
    if (this.number !== null && isNumber(token)) nodes.push(this.number);
    if (this.anyWord !== null && !isMark(token)) nodes.push(this.anyWord);
    return nodes;
  }
}

/** The words of a pattern without its alternatives; everything that is no token of a text is dropped. */
function patternWords(phrase: string): string[] {
  return phrase
    .split(/\s+/)
    .flatMap((part) => {
      const bare = part.replace(/^\^/, '');
      if (bare === '*' || bare === '#') return [bare];
      const words = tokenise(bare).map(({ text }) => text);
      if (bare.endsWith('*') && words.length > 0) words.push(`${words.pop()!}*`);
      return words;
    })
    .filter((word) => (word !== '' && word !== '*' ? true : word === '*'));
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
