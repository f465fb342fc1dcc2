import type { Lexicon, NameMeaning } from './lexicon.ts';
import { tokenise } from './tokens.ts';

const NAME_WEIGHT = 1;
const DESCRIPTION_WEIGHT = 0.7;
/** An employment contract is a contract, but a rule that says so outright knows better. */
const KIND_FACTOR = 0.8;
/** The description's first clause says what the thing is; what follows says what it has. */
const FIRST_CLAUSE_END =
  /[:;.,(]|\b(?:that|with|which|describing|about|of an?|mit|avec|con|com|met|die|das|qui|que|che|dat|kto)\b/i;
/** Openings that say nothing: "This is a contract that outlines an affiliate agreement", "Classify whether the document is an invoice". */
const OPENING =
  /^(?:(?:please )?(?:classify|determine|decide|check|identify|select|choose|use)[^.:]{0,40}?\b(?:if|whether|when|this|as)\b|(?:this|it|the (?:document|file|text)) is(?: considered)?|(?:the |a |any )?(?:document|file|text)s?(?: is| are)?)\s+/i;

/** With these around it, a name is all that a description says: "an invoice or a receipt". */
const LITTLE_WORDS = new Set(
  (
    'a an the any all every or and either kind kinds of document documents ein eine einen der die das oder und un une le la les des ou et soit el los las una ' +
    'o y e il lo gli uno um uma os as een het de of en lub i albo'
  ).split(' '),
);

/**
 * The document types of the lexicon that a rule means: those its name says (1) and those the first clause of its
 * description says (.7), and, for a little less, the kinds there are of them. A longer name hides the shorter ones inside it.
 * Where the name says one, the description may only say which kind of it: a bill of lading is "the carrier's receipt". A
 * description that is nothing but names is as good as a name, and names too general to be certain in a text count there.
 */
export function recogniseTypes(lexicon: Lexicon, name: string, description: string): Map<string, number> {
  const { kindsOf } = lexicon;
  const named = namesIn(lexicon, name).found;
  const found = new Map(named.map(({ id }) => [id, NAME_WEIGHT]));
  const certain = named.filter(({ generic }) => !generic);
  const mayAdd = (id: string) => certain.length === 0 || certain.some((type) => kindsOf.get(type.id)?.includes(id));
  let clause = description.trim();
  for (let turn = 0; turn < 3; turn++) clause = clause.replace(OPENING, '');
  const whole = namesIn(lexicon, clause);
  const isBare = whole.rest.every((word) => LITTLE_WORDS.has(word));
  const described = isBare ? whole : namesIn(lexicon, clause.split(FIRST_CLAUSE_END, 1)[0]!);
  for (const { id, generic } of described.found) {
    if (found.has(id)) continue;
    if (isBare) found.set(id, NAME_WEIGHT);
    else if (!generic && mayAdd(id)) found.set(id, DESCRIPTION_WEIGHT);
  }
  for (const [id, weight] of [...found]) {
    for (const kind of kindsOf.get(id) ?? []) if (!found.has(kind)) found.set(kind, weight * KIND_FACTOR);
  }
  return found;
}

/** The names in a text, and the words that are in none of them. */
function namesIn({ names, maxNameWords }: Lexicon, text: string): { found: NameMeaning[]; rest: string[] } {
  const words = tokenise(text).map((token) => token.text);
  const hidden = new Set<number>();
  const found: NameMeaning[] = [];
  for (let length = Math.min(maxNameWords, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const places = Array.from({ length }, (_, offset) => start + offset);
      if (places.some((place) => hidden.has(place))) continue;
      const phrase = words.slice(start, start + length).join(' ');
      const known = [phrase, phrase.replace(/s$/, ''), phrase.replace(/ies$/, 'y'), phrase.replace(/es$/, '')]
        .map((candidate) => names.get(candidate))
        .find((name) => name !== undefined);
      if (known === undefined) continue;
      found.push(known);
      for (const place of places) hidden.add(place);
    }
  }
  return { found, rest: words.filter((_, place) => !hidden.has(place)) };
}
