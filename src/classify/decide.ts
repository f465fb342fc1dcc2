/** What an engine believes about one document. */
export interface Belief {
  /** Share of each rule among the rules that describe something; they sum to 1. */
  shares: readonly { type: string; share: number }[];
  /** Rules such as "other" that stand for whatever the rest is not. */
  catchAlls: readonly string[];
  /** Probability that none of the describing rules fits. */
  none: number;
  /** No rule fits when `none` is above this, and only then. Default: see `decide`. */
  noneThreshold?: number | undefined;
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

/** A type below this is a guess among many; null is the better answer when it is likelier still. */
const MIN_SCORE = 0.15;

/**
 * score = share·(1 − none); catch-all rules share `none` evenly, without one it is the probability of null. First: does
 * any rule fit? When none is likelier than all the types together, the answer is a catch-all, else null. Then: which one?
 * The type with the highest score.
 */
export function decide({ shares, catchAlls, none, noneThreshold }: Belief): Decision {
  const described = shares.map(({ type, share }) => ({ type, score: share * (1 - none) })).sort(byScore);
  const rest = catchAlls.map((type) => ({ type, score: none / catchAlls.length })).sort(byScore);
  const best = described[0];
  const likely =
    noneThreshold === undefined
      ? none <= 0.5 && best !== undefined && (best.score >= MIN_SCORE || best.score >= none)
      : none <= noneThreshold;
  const fits = best !== undefined && likely;
  const answer = fits ? best : rest[0];
  return {
    type: answer?.type ?? null,
    confidence: answer?.score ?? none,
    ranking: [...described, ...rest].sort(byScore),
    none: rest.length > 0 ? 0 : none,
  };
}

function byScore(a: { type: string; score: number }, b: { type: string; score: number }): number {
  return b.score - a.score || (a.type < b.type ? -1 : 1);
}
