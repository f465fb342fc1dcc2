import { withoutAccents } from '../lexicon/tokens.ts';
import { glossesOf } from './glossary.ts';
import type { LanguageCode } from './language.ts';
import { stemIn } from './stems.ts';
import { isStopWordIn } from './stop-words.ts';

/** Longer runs of letters are data (keys, encoded bytes), not words. */
const MAX_WORD_LENGTH = 40;

/** What a word means for comparing texts of different languages. */
export interface Meaning {
  /** The same for all words that mean the same: the stem of the English word, or of the word itself. */
  key: string;
  /** The English word, or the word itself where none is known. */
  word: string;
}

/** The words and numbers of a text in lower case, without possessive endings, in order. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const match of text
    .toLowerCase()
    .normalize('NFKC')
    .match(/\p{L}[\p{L}\p{M}\p{N}'’]*|\p{N}+/gu) ?? []) {
    const word = match.replace(/['’]s?$/, '');
    if (word.length <= MAX_WORD_LENGTH) found.push(word);
  }
  return found;
}

/**
 * What a word means: one meaning as a rule, two for a compound ("Rechnungsnummer"), none for a stop word. Words of other
 * languages mean their English word where the glossary knows one, so that rules and documents meet whatever they are
 * written in.
 */
export function meaningsOf(word: string, code: LanguageCode): Meaning[] {
  if (code === 'en') return isStopWordIn(word, 'en') ? [] : [{ key: stemIn(word, 'en'), word }];
  // d'achat, l'imposta
  const bare = word.replace(/^\p{L}{1,4}['’](?=\p{L}{3})/u, '');
  const plain = withoutAccents(bare);
  if (isStopWordIn(plain, code)) return [];
  const glosses = glossesOf(bare, code);
  if (glosses.length > 0) return glosses.map((english) => ({ key: stemIn(english, 'en'), word: english }));
  return [{ key: stemIn(plain, code), word: plain }];
}

/** The meanings' keys of the words of a text, in order, with repetitions. */
export function contentKeys(text: string, code: LanguageCode): string[] {
  return words(text).flatMap((word) => meaningsOf(word, code).map(({ key }) => key));
}

/** The words of a text that have an English word, in order, as English; numbers stay. */
export function englishOf(text: string, code: LanguageCode): string[] {
  return words(text).flatMap((word) => (/^\p{N}/u.test(word) ? [word] : glossesOf(word, code)));
}
