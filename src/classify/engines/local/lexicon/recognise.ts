import type { Lexicon } from './lexicon.ts';
import { namesIn } from './names.ts';

const NAME_WEIGHT = 1;
const DESCRIPTION_WEIGHT = 0.7;
const DESCRIBED_TOPIC_WEIGHT = 0.5;
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
export function recogniseTypes({ kindsOf, names }: Lexicon, name: string, description: string): Map<string, number> {
  const named = namesIn(names, name).found;
  const found = new Map(named.map(({ id }) => [id, NAME_WEIGHT]));
  const certain = named.filter(({ generic }) => !generic);
  const mayAdd = (id: string) => certain.length === 0 || certain.some((type) => kindsOf.get(type.id)?.includes(id));
  let clause = description.trim();
  for (let turn = 0; turn < 3; turn++) clause = clause.replace(OPENING, '');
  const whole = namesIn(names, clause);
  const isBare = whole.rest.every((word) => LITTLE_WORDS.has(word));
  const described = isBare ? whole : namesIn(names, clause.split(FIRST_CLAUSE_END, 1)[0]!);
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

/** A topic that a rule is about. */
export interface RuleTopic {
  /** How surely it is meant. */
  weight: number;
  /** Does the rule say it itself, or is it only part of one that the rule says? */
  isNamed: boolean;
}

/**
 * The topics of the lexicon that a rule is about, by id: those its name says (1) and those its description says (.5), with
 * all that are parts of them. Where it says a topic and a part of it ("politics: guns"), it means the part.
 */
export function recogniseTopics(lexicon: Lexicon, name: string, description: string): Map<string, RuleTopic> {
  const inName = namesIn(lexicon.topicNames, name).found.flat();
  const inDescription = namesIn(lexicon.topicNames, description).found.flat();
  const named = narrowest(lexicon, new Set(inName.map(({ id }) => id)));
  const described = narrowest(
    lexicon,
    new Set([...named, ...inDescription.filter(({ generic }) => !generic).map(({ id }) => id)]),
  );
  const found = new Map<string, RuleTopic>();
  for (const [ids, weight] of [
    [described, DESCRIBED_TOPIC_WEIGHT],
    [named, NAME_WEIGHT],
  ] as const) {
    for (const id of ids) {
      for (const part of withParts(lexicon, id))
        if (!found.get(part)?.isNamed) found.set(part, { weight, isNamed: false });
    }
    for (const id of ids) found.set(id, { weight, isNamed: true });
  }
  return found;
}

/** Without those that others of them are parts of. */
function narrowest(lexicon: Lexicon, ids: ReadonlySet<string>): string[] {
  return [...ids].filter((id) => ![...withParts(lexicon, id)].some((part) => part !== id && ids.has(part)));
}

/** A topic, its parts and theirs. */
function withParts(lexicon: Lexicon, id: string, all = new Set<string>()): Set<string> {
  if (all.has(id)) return all;
  all.add(id);
  for (const part of lexicon.topics.get(id)!) withParts(lexicon, part, all);
  return all;
}
