import { expect, test } from 'vitest';
import { coverageAtSteps, coverageCurve, recommendThreshold } from '../../src/evaluation/coverage.ts';
import { shareInterval } from '../../src/evaluation/interval.ts';
import type { Outcome } from '../../src/evaluation/metrics.ts';

const answer = (confidence: number, right: boolean): Outcome => ({
  label: 'a',
  predicted: right ? 'a' : null,
  confidence,
  noneScore: 0,
});

const CURVE = coverageCurve([
  answer(0.4, false),
  answer(0.9, true),
  answer(0.8, true),
  answer(0.6, true),
  answer(0.8, false),
  { label: 'a', unreadable: true },
]);

test('the curve has a point for each confidence; what could not be read is never trusted', () => {
  expect(
    CURVE.map(({ threshold, documents, coverage, accuracy }) => [threshold, documents, coverage, accuracy]),
  ).toEqual([
    [0.9, 1, 1 / 6, 1],
    [0.8, 3, 3 / 6, 2 / 3],
    [0.6, 4, 4 / 6, 3 / 4],
    [0.4, 5, 5 / 6, 3 / 5],
  ]);
});

test('the recommended threshold trusts most documents while the target is reached', () => {
  expect(recommendThreshold(CURVE, 0.7)?.threshold).toBe(0.6);
  expect(recommendThreshold(CURVE, 0.95)?.threshold).toBe(0.9);
  expect(recommendThreshold(coverageCurve([answer(0.9, false)]), 0.5)).toBeNull();
});

test('steps show what a threshold between two confidences trusts, and leave out those that trust nothing', () => {
  const steps = coverageAtSteps(CURVE);
  expect(steps.map(({ threshold }) => threshold)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  expect(steps[5]).toMatchObject({ threshold: 0.5, documents: 4 });
  expect(coverageAtSteps(coverageCurve([answer(0.25, true)])).map(({ threshold }) => threshold)).toEqual([0, 0.1, 0.2]);
});

test('the interval of a share is the one of Wilson', () => {
  // Brown, Cai and DasGupta (2001) and common calculators: 8 of 10.
  const [from, to] = shareInterval(8, 10);
  expect(from).toBeCloseTo(0.4902, 4);
  expect(to).toBeCloseTo(0.9433, 4);
  expect(shareInterval(0, 0)).toEqual([0, 1]);
});
