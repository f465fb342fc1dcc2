import { tokenise } from './tokens.ts';

/*
 * How phrases are written in the lexicon. A phrase is words with single spaces:
 *
 * - `word*`: a word that begins so; `*`: any word; `#`: a number
 * - `^` in front: the phrase begins a line
 * - `:` `[` `]` `§` `%` `@`: that mark; marks a phrase does not ask for are passed over
 * - `(a|b)`: one of them; `(a )`: with or without
 */

/** The words of a phrase without alternatives; everything that is no token of a text is dropped. */
export function phraseWords(phrase: string): string[] {
  return phrase.split(/\s+/).flatMap(readPart);
}

function readPart(part: string): string[] {
  const bare = part.replace(/^\^/, '');
  if (bare === '*' || bare === '#') return [bare];
  const words = tokenise(bare).map(({ text }) => text);
  if (bare.endsWith('*') && words.length > 0) words.push(`${words.pop()!}*`);
  return words.filter((word) => word !== '');
}

/** `a (b|c) d` → `a b d`, `a c d`; `a (b )c` → `a b c`, `a c`. */
export function expand(phrase: string): string[] {
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
  return splitPhrases(list).flatMap((phrase) => expand(phrase).map((plain) => phraseWords(plain).join(' ')));
}
