import type { LexiconScores } from '../lexicon/score.ts';
import type { RuleProfile } from '../rule-profile.ts';
import { largest } from '../vector.ts';

/** Score of a rule that means no known type: what a document that is none of them gets by chance. */
const UNKNOWN_TYPE_SCORE = 0.2;
const UNKNOWN_TYPE_ADVANTAGE = -0.3;

/** The best score of the types the rule means, times how surely it means them; .2 when it means none. */
export function lexiconScore(document: LexiconScores, rule: RuleProfile): number {
  if (rule.types.size === 0) return UNKNOWN_TYPE_SCORE;
  return largest([...rule.types].map(([id, sureness]) => document.get(id)! * sureness));
}

/** That score minus the best of all types, whether a rule means them or not; -.3 when the rule means none. */
export function lexiconAdvantage(document: LexiconScores, rule: RuleProfile): number {
  return rule.types.size === 0
    ? UNKNOWN_TYPE_ADVANTAGE
    : lexiconScore(document, rule) - largest([...document.values()]);
}

/** The best score of a type the rule says it is not. */
export function negatedType(document: LexiconScores, rule: RuleProfile): number {
  return largest(rule.negatedTypes.filter((id) => !rule.types.has(id)).map((id) => document.get(id)!));
}

/** `gateOf` the types that the rules mean. */
export function typeGate(rules: readonly RuleProfile[]): number {
  return gateOf(rules.map(({ types }) => [...types.keys()]));
}

/**
 * How much the lexicon may say about a set of rules, 0..1: (distinct sets of types, or topics, among the rules − 1) / (rules −
 * 1). 25 kinds of contract that all mean "contract" it cannot tell apart and must stay silent. A single rule is told apart from
 * everything else.
 *
 * @param meant what each rule means, in any order.
 */
export function gateOf(meant: readonly (readonly string[])[]): number {
  if (meant.length === 1) return meant[0]!.length > 0 ? 1 : 0;
  if (meant.length === 0) return 0;
  const signatures = new Set(meant.map((ids) => [...ids].sort().join('+')).filter((key) => key !== ''));
  return Math.max(0, (signatures.size - 1) / (meant.length - 1));
}
