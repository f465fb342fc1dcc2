import { tokenise } from './tokens.ts';

/** Names of types or topics: words separated by one space, in the form of tokens. */
export interface Names<Meaning> {
  meanings: Map<string, Meaning>;
  /** Words of the longest name that begins with a word. */
  maxWords: Map<string, number>;
}

export function namesFrom<Meaning>(meanings: Map<string, Meaning>): Names<Meaning> {
  const maxWords = new Map<string, number>();
  for (const name of meanings.keys()) {
    const words = name.split(' ');
    maxWords.set(words[0]!, Math.max(maxWords.get(words[0]!) ?? 0, words.length));
  }
  return { meanings, maxWords };
}

/** The names in a text, and the words that are in none of them. A longer name hides the shorter ones inside it. */
export function namesIn<Meaning>(
  { meanings, maxWords }: Names<Meaning>,
  text: string,
): { found: Meaning[]; rest: string[] } {
  const words = tokenise(text).map((token) => token.text);
  const hidden = new Set<number>();
  const found: Meaning[] = [];
  // A plural may hide a name of one word from the map.
  const longest = words.map((word) => maxWords.get(word) ?? 1);
  for (let length = Math.min(Math.max(0, ...longest), words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      if (longest[start]! < length) continue;
      const places = Array.from({ length }, (_, offset) => start + offset);
      if (places.some((place) => hidden.has(place))) continue;
      const phrase = words.slice(start, start + length).join(' ');
      const known = [phrase, phrase.replace(/s$/, ''), phrase.replace(/ies$/, 'y'), phrase.replace(/es$/, '')]
        .map((candidate) => meanings.get(candidate))
        .find((name) => name !== undefined);
      if (known === undefined) continue;
      found.push(known);
      for (const place of places) hidden.add(place);
    }
  }
  return { found, rest: words.filter((_, place) => !hidden.has(place)) };
}
