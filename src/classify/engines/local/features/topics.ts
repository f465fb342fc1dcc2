import type { TopicScores } from '../lexicon/score.ts';
import type { RuleProfile } from '../rule-profile.ts';
import { gateOf } from './lexicon.ts';

/** What topics may say about a set of rules. */
export interface TopicRelations {
  /** `gateOf` the topics that the rules say themselves. */
  topicGate: number;
  /**
   * The topics that count for a rule read in this set, with how surely it means them; none where the gate is closed. What
   * another rule says itself, and its parts, do not count for one that says a broader topic.
   */
  topicsOf(rule: RuleProfile): ReadonlyMap<string, number>;
}

export function topicRelations(rules: readonly RuleProfile[]): TopicRelations {
  const named = rules.map(({ topics }) => [...topics].flatMap(([id, { isNamed }]) => (isNamed ? [id] : [])));
  const topicGate = gateOf(named);
  const namedTopics = new Set(named.flat());
  const counted = new WeakMap<RuleProfile, ReadonlyMap<string, number>>();
  return {
    topicGate,
    topicsOf(rule) {
      const known = counted.get(rule);
      if (known !== undefined) return known;
      const topics = topicGate === 0 ? new Map<string, number>() : countedTopics(rule, namedTopics);
      counted.set(rule, topics);
      return topics;
    },
  };
}

function countedTopics(rule: RuleProfile, namedTopics: ReadonlySet<string>): Map<string, number> {
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
  for (const [id, weight] of set.topicsOf(rule)) sum += (document.get(id) ?? 0) * weight;
  return Math.sqrt(sum);
}
