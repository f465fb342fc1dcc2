import { type Interval, shareInterval } from './interval.ts';
import { isRight, type Outcome } from './metrics.ts';

/** What happens when answers of at least this confidence are trusted and a person looks at the rest. */
export interface CoveragePoint {
  threshold: number;
  /** Share of all documents whose answers are trusted; those that could not be read never are. */
  coverage: number;
  /** Share of the trusted answers that are right. */
  accuracy: number;
  /** Where that share lies with 95 % confidence, as far as these documents tell. */
  interval: Interval;
  /** Trusted documents. */
  documents: number;
}

/** One point for each confidence that occurs, from the highest threshold to the lowest: coverage rises. */
export function coverageCurve(outcomes: readonly Outcome[]): CoveragePoint[] {
  const read = outcomes.filter((outcome) => 'predicted' in outcome).sort((a, b) => b.confidence - a.confidence);
  const points: CoveragePoint[] = [];
  let right = 0;
  read.forEach((outcome, index) => {
    if (isRight(outcome)) right++;
    // Documents of equal confidence are trusted together or not at all.
    if (read[index + 1]?.confidence === outcome.confidence) return;
    const documents = index + 1;
    points.push({
      threshold: outcome.confidence,
      coverage: documents / outcomes.length,
      accuracy: right / documents,
      interval: shareInterval(right, documents),
      documents,
    });
  });
  return points;
}

/**
 * The point that trusts most documents while at least `target` of the trusted answers are right, or null when no
 * threshold reaches that.
 */
export function recommendThreshold(curve: readonly CoveragePoint[], target: number): CoveragePoint | null {
  return curve.findLast(({ accuracy }) => accuracy >= target) ?? null;
}

/** The curve at the thresholds 0, 0.1 … 0.9, for tables; thresholds that trust nothing are left out. */
export function coverageAtSteps(curve: readonly CoveragePoint[]): CoveragePoint[] {
  return Array.from({ length: 10 }, (_, step) => step / 10).flatMap((threshold) => {
    const point = curve.findLast((candidate) => candidate.threshold >= threshold);
    return point === undefined ? [] : [{ ...point, threshold }];
  });
}
