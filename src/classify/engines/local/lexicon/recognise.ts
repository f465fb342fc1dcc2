import { DOCUMENT_TYPES } from './document-types.ts';

/** Names that mean a document type when a rule is called so, but too much else inside a description. */
const GENERIC_ALIASES = new Set(
  (
    'letter|message|report|form|code|program|script|policy|procedure|order|bill|medical|news|study|manual|instructions|' +
    'marketing|motion|complaint|certification|mail message|slides|minutes|transcript|contract|agreement|po|cv|tos|quote|' +
    'estimate|application|claim form|survey|handbook'
  ).split('|'),
);
const NAME_WEIGHT = 1;
const DESCRIPTION_WEIGHT = 0.7;
/** The description's first clause says what the thing is; what follows says what it has. */
const FIRST_CLAUSE_END = /[:;.,(]|\b(?:that|with|which|describing|about|of an?)\b/;

/** Aliases by their words, "driver's license" as "driver s license". */
const TYPE_OF_ALIAS = new Map(
  DOCUMENT_TYPES.flatMap(({ id, aliases }) => aliases.map((alias) => [wordsOf(alias).join(' '), id] as const)),
);
const MAX_ALIAS_WORDS = Math.max(...[...TYPE_OF_ALIAS.keys()].map((alias) => alias.split(' ').length));

/**
 * The document types of the lexicon that a rule means: those its name says (1) and those the first clause of its
 * description says (.7). A longer alias hides the shorter ones inside it.
 */
export function recogniseTypes(name: string, description: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { id } of aliasesIn(name)) found.set(id, NAME_WEIGHT);
  for (const { id, alias } of aliasesIn(description.toLowerCase().split(FIRST_CLAUSE_END, 1)[0]!)) {
    if (!GENERIC_ALIASES.has(alias) && !found.has(id)) found.set(id, DESCRIPTION_WEIGHT);
  }
  return found;
}

function aliasesIn(text: string): { id: string; alias: string }[] {
  const words = wordsOf(text);
  const hidden = new Set<number>();
  const found: { id: string; alias: string }[] = [];
  for (let length = Math.min(MAX_ALIAS_WORDS, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const places = Array.from({ length }, (_, offset) => start + offset);
      if (places.some((place) => hidden.has(place))) continue;
      const phrase = words.slice(start, start + length).join(' ');
      const alias = [phrase, phrase.replace(/s$/, '')].find((candidate) => TYPE_OF_ALIAS.has(candidate));
      if (alias === undefined) continue;
      found.push({ id: TYPE_OF_ALIAS.get(alias)!, alias });
      for (const place of places) hidden.add(place);
    }
  }
  return found;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
