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
  /** Those between it and the one that the rule says: parts of that, which it is part of. */
  within: string[];
}

/**
 * The topics of the lexicon that a rule is about, by id: those its name says (1), with all that are parts of them, and those
 * its description says beside them (.5), likewise. Where a name or a description says a topic and a part of it ("politics
 * guns"), it means the part.
 */
export function recogniseTopics(
  { topicNames, topics }: Lexicon,
  name: string,
  description: string,
): Map<string, RuleTopic> {
  const narrowest = (ids: ReadonlySet<string>) =>
    [...ids].filter((id) => ![...topics.get(id)!].some((part) => ids.has(part)));
  const inName = namesIn(topicNames, name).found.flat();
  const inDescription = namesIn(topicNames, description)
    .found.flat()
    .filter(({ generic }) => !generic);
  const named = narrowest(new Set(inName.map(({ id }) => id)));
  const isBeside = (id: string) =>
    !named.some((other) => other === id || topics.get(other)!.has(id) || topics.get(id)!.has(other));
  const described = narrowest(new Set(inDescription.map(({ id }) => id).filter(isBeside)));
  const found = new Map<string, RuleTopic>();
  const add = (ids: readonly string[], weight: number) => {
    for (const id of ids) {
      const parts = [...topics.get(id)!];
      for (const part of parts) {
        if (found.get(part)?.isNamed) continue;
        found.set(part, { weight, isNamed: false, within: parts.filter((other) => topics.get(other)!.has(part)) });
      }
    }
    for (const id of ids) found.set(id, { weight, isNamed: true, within: [] });
  };
  add(described, DESCRIBED_TOPIC_WEIGHT);
  add(named, NAME_WEIGHT);
  return found;
}
