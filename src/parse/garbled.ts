/** Too little text to judge: a stamp, a page number. */
const MIN_CHARACTERS = 24;

/** Characters that stand for no letter: unknown (U+FFFD), private use, unassigned, control characters. */
const NO_LETTER = /[\ufffd\p{Co}\p{Cn}\p{Cc}]/gu;
const MAX_NO_LETTER_SHARE = 0.2;

/** Writing that has no spaces between its words. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]/u;

/** A word as it stands in a sentence. */
const PLAIN_WORD = /^["'(«„“]*[\p{L}\p{M}'’-]+[.,;:!?)"'»“”]*$/u;
const MIN_PLAIN_SHARE = 0.1;
const MIN_LETTERS = 60;

/**
 * Whether the text embedded in a page is of no use, because its fonts name no letter, or a wrong one, for what they draw:
 * either many characters are none, or all are shifted, spaces included, so that there are no words. A person sees a good
 * page all the same, and so does OCR.
 */
export function isGarbled(text: string): boolean {
  const visible = text.replace(/\s+/g, '');
  if (visible.length < MIN_CHARACTERS) return false;
  if (countOf(visible, NO_LETTER) > visible.length * MAX_NO_LETTER_SHARE) return true;
  if (UNSPACED.test(visible)) return false;
  const letters = countOf(visible, /\p{L}/gu);
  if (letters < MIN_LETTERS) return false;
  const words = text.split(/\s+/).filter((token) => PLAIN_WORD.test(token));
  return countOf(words.join(''), /\p{L}/gu) < letters * MIN_PLAIN_SHARE;
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
