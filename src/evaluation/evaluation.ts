import type { Comparison } from './compare.ts';
import { type CoveragePoint, coverageCurve, recommendThreshold } from './coverage.ts';
import { type Interval, shareInterval } from './interval.ts';
import type { Learning } from './learning.ts';
import { isRight, type Metrics, measure } from './metrics.ts';
import { outcomesOf, type Run } from './run.ts';

/** A run and everything a report says about it. */
export interface Evaluation {
  run: Run;
  metrics: Metrics;
  /** Documents with the right answer. */
  right: number;
  /** Where the accuracy lies with 95 % confidence, as far as these documents tell. */
  accuracyInterval: Interval;
  coverage: CoveragePoint[];
  targetAccuracy: number;
  /** Null = no threshold reaches `targetAccuracy`. */
  recommended: CoveragePoint | null;
  comparison: (Comparison & { before: Run }) | null;
  /** What examples gain; null = that was not measured. */
  learning: Learning | null;
}

export function evaluateRun(
  run: Run,
  options: Pick<Evaluation, 'targetAccuracy' | 'comparison' | 'learning'>,
): Evaluation {
  const outcomes = outcomesOf(run);
  const metrics = measure(
    outcomes,
    run.rules.map(({ type }) => type),
  );
  const right = outcomes.filter((outcome) => 'predicted' in outcome && isRight(outcome)).length;
  const coverage = coverageCurve(outcomes);
  return {
    run,
    metrics,
    right,
    accuracyInterval: shareInterval(right, outcomes.length),
    coverage,
    recommended: recommendThreshold(coverage, options.targetAccuracy),
    ...options,
  };
}
