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

/** Longest first, so that "purchase order form" is not read as "form". */
const ALIASES = DOCUMENT_TYPES.flatMap(({ id, aliases }) =>
  aliases.map((alias) => ({
    id,
    alias,
    pattern: new RegExp(`(?:^|[^\\p{L}\\p{N}])${escapePattern(alias)}s?(?=$|[^\\p{L}\\p{N}])`, 'u'),
  })),
).sort((a, b) => b.alias.length - a.alias.length || (a.alias < b.alias ? -1 : 1));

/**
 * The document types of the lexicon that a rule means: those its name says (1) and those the first clause of its
 * description says (.7). A longer alias hides the shorter ones inside it.
 */
export function recogniseTypes(name: string, description: string): Map<string, number> {
  const found = new Map<string, number>();
  const scan = (text: string, weight: number, genericToo: boolean) => {
    let rest = text;
    for (const { id, alias, pattern } of ALIASES) {
      if (!genericToo && GENERIC_ALIASES.has(alias)) continue;
      const match = pattern.exec(rest);
      if (match === null) continue;
      found.set(id, Math.max(found.get(id) ?? 0, weight));
      rest = `${rest.slice(0, match.index)} # ${rest.slice(match.index + match[0].length)}`;
    }
  };
  scan(name.toLowerCase(), NAME_WEIGHT, true);
  scan(description.toLowerCase().split(FIRST_CLAUSE_END, 1)[0]!, DESCRIPTION_WEIGHT, false);
  return found;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
