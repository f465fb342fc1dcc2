import type { TopicScores } from '../lexicon/score.ts';
import type { RuleProfile } from '../rule-profile.ts';

/** What topics may say about a set of rules. */
export interface TopicRelations {
  /** 0 to 1, as for types of documents: (distinct sets of topics among the rules − 1) / (rules − 1). */
  topicGate: number;
  /** Topics that some rule says itself: for another that says a broader one they do not count. */
  namedTopics: ReadonlySet<string>;
}

/** √(Σ score·weight) over the topics the rule is about. */
export function topicScore(document: TopicScores, rule: RuleProfile, { namedTopics }: TopicRelations): number {
  let sum = 0;
  for (const [id, { weight, isNamed }] of rule.topics) {
    if (isNamed || !namedTopics.has(id)) sum += (document.get(id) ?? 0) * weight;
  }
  return Math.sqrt(sum);
}

/** A single rule is told apart from everything else. */
export function topicRelations(rules: readonly RuleProfile[]): TopicRelations {
  const named = rules.map(({ topics }) => [...topics].flatMap(([id, { isNamed }]) => (isNamed ? [id] : [])));
  const signatures = new Set(named.map((ids) => ids.sort().join('+')).filter((signature) => signature !== ''));
  const topicGate =
    rules.length === 1 ? Math.min(1, signatures.size) : Math.max(0, (signatures.size - 1) / (rules.length - 1));
  return { topicGate: rules.length === 0 ? 0 : topicGate, namedTopics: new Set(named.flat()) };
}
