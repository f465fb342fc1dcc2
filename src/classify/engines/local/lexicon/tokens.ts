/** A word, a number or a mark of a text, with its place. */
export interface Token {
  /** Lower case, without accents: "Échéance" is "echeance", "Straße" is "strasse". A number is as it stands. */
  text: string;
  start: number;
  end: number;
  /** Is it the first of its line? */
  opensLine: boolean;
}

/** A run of letters, a number with its separators, or one of the marks that phrases may ask for. */
const TOKEN = /[\p{L}\p{M}]+|\p{N}+(?:[.,]\p{N}+)*|[:[\]§%@]|\n/gu;
const SPECIAL: Record<string, string> = { ß: 'ss', ł: 'l', ø: 'o', đ: 'd', æ: 'ae', œ: 'oe', ı: 'i' };
const MAX_REMEMBERED = 50_000;
/** Longer runs of letters are data, not words. */
const MAX_LENGTH = 40;

const plainOf = new Map<string, string>();

/** The tokens of a text in order. Linear in its length. */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let opensLine = true;
  for (const match of text.matchAll(TOKEN)) {
    const [found] = match;
    if (found === '\n') {
      opensLine = true;
      continue;
    }
    tokens.push({ text: withoutAccents(found), start: match.index, end: match.index + found.length, opensLine });
    opensLine = false;
  }
  return tokens;
}

/** Lower case, Latin letters without their marks. Accents are lost in scans and old encodings, so nothing asks for them. */
export function withoutAccents(word: string): string {
  if (word.length > MAX_LENGTH) return '';
  let plain = plainOf.get(word);
  if (plain === undefined) {
    plain = word
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .replace(/[ßłøđæœı]/g, (letter) => SPECIAL[letter]!);
    if (plainOf.size >= MAX_REMEMBERED) plainOf.clear();
    plainOf.set(word, plain);
  }
  return plain;
}

export function isMark(token: string): boolean {
  return token.length === 1 && ':[]§%@'.includes(token);
}

export function isNumber(token: string): boolean {
  return /^\p{N}/u.test(token);
}
