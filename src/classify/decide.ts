/** What an engine believes about one document. */
export interface Belief {
  /** Share of each rule among the rules that describe something; they sum to 1. */
  shares: readonly { type: string; share: number }[];
  /** Rules such as "other" that stand for whatever the rest is not. */
  catchAlls: readonly string[];
  /** Probability that none of the describing rules fits. */
  none: number;
}

export interface Decision {
  type: string | null;
  /** Probability that the answer is right. */
  confidence: number;
  /** Probability of each type, highest first; equal ones in the order of their names. They and `none` sum to 1. */
  ranking: { type: string; score: number }[];
  /** Probability that no rule fits: 0 when there is a catch-all rule, which has it instead. */
  none: number;
}

/**
 * score = share·(1 − none); catch-all rules share `none` evenly, without one it is the probability of null. The answer is
 * the likeliest of all these, a type before null on ties.
 */
export function decide({ shares, catchAlls, none }: Belief): Decision {
  const described = shares.map(({ type, share }) => ({ type, score: share * (1 - none) }));
  const rest = catchAlls.map((type) => ({ type, score: none / catchAlls.length }));
  const ranking = [...described, ...rest].sort((a, b) => b.score - a.score || (a.type < b.type ? -1 : 1));
  const best = ranking[0];
  const nullScore = rest.length > 0 ? 0 : none;
  const answer = best !== undefined && best.score >= nullScore ? best : { type: null, score: nullScore };
  return { type: answer.type, confidence: answer.score, ranking, none: nullScore };
}
