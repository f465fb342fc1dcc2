/**
 * What no phrase can say, by the name the lexicon uses for it. Patterns run on a bounded text and every repetition has an
 * upper bound or cannot be tried twice from the same place.
 */
const SIGNS: Record<string, { pattern: RegExp; atLeast: number }> = {
  '<time>': { pattern: /\b\d{1,2}:\d\d(?::\d\d)?\b/g, atLeast: 1 },
  '<email>': { pattern: /\b[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,}/gi, atLeast: 1 },
  /** A line to write on. */
  '<blank>': { pattern: /_{5}|\.{10}/g, atLeast: 2 },
  '<checkbox>': { pattern: /[□☐☑☒]|\[ ?[x ]?\]/gi, atLeast: 2 },
  '<bullet>': { pattern: /^[•‣▪●◦–] ?\S/gm, atLeast: 4 },
  '<code>': { pattern: /[{};]$|=>|\(\) ?[{:]|^(?:import|from|def|const|let|return) /gm, atLeast: 6 },
  '<shout>': { pattern: /!{2}|\b[A-Z]{5,20}!/g, atLeast: 2 },
  /** Who speaks, in capitals at the beginning of a line, as in a record of what was said. */
  '<speaker>': { pattern: /^[A-Z][A-Z.', ]{4,40}: /gm, atLeast: 4 },
  /** The machine-readable zone of an identity document. */
  '<mrz>': { pattern: /<<[A-Z<]{4}/g, atLeast: 1 },
};

export const isSign = (name: string): boolean => name in SIGNS;

/** The names of the signs a text shows. */
export function signsIn(text: string): Set<string> {
  const shown = new Set<string>();
  for (const [name, { pattern, atLeast }] of Object.entries(SIGNS)) {
    let count = 0;
    for (const _ of text.matchAll(pattern)) if (++count === atLeast) break;
    if (count === atLeast) shown.add(name);
  }
  return shown;
}
