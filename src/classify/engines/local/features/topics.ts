import type { TopicScores } from '../lexicon/score.ts';
import type { RuleProfile } from '../rule-profile.ts';
import { gateOf } from './lexicon.ts';

/** What topics may say about a set of rules. */
export interface TopicRelations {
  /** `gateOf` the topics that the rules say themselves. */
  topicGate: number;
  /** Topics that some rule says itself: for another that says a broader one, they and their parts do not count. */
  namedTopics: ReadonlySet<string>;
}

/** The topics that count for a rule of a set, with how surely it means them. */
export function countedTopics(rule: RuleProfile, { namedTopics }: TopicRelations): Map<string, number> {
  const counted = new Map<string, number>();
  for (const [id, { weight, isNamed, within }] of rule.topics) {
    const isAnothers = namedTopics.has(id) || within.some((broader) => namedTopics.has(broader));
    if (isNamed || !isAnothers) counted.set(id, weight);
  }
  return counted;
}

/** √(Σ score·weight) over the topics that count for the rule. */
export function topicScore(document: TopicScores, rule: RuleProfile, set: TopicRelations): number {
  let sum = 0;
  for (const [id, weight] of countedTopics(rule, set)) sum += (document.get(id) ?? 0) * weight;
  return Math.sqrt(sum);
}

export function topicRelations(rules: readonly RuleProfile[]): TopicRelations {
  const named = rules.map(({ topics }) => [...topics].flatMap(([id, { isNamed }]) => (isNamed ? [id] : [])));
  return { topicGate: gateOf(named), namedTopics: new Set(named.flat()) };
}
