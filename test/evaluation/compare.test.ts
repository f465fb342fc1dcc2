import { expect, test } from 'vitest';
import { compareRuns } from '../../src/evaluation/compare.ts';
import { measure } from '../../src/evaluation/metrics.ts';
import { newRun, outcomesOf, type Run, type RunDocument } from '../../src/evaluation/run.ts';

const RULES = ['a', 'b'].map((type) => ({ type, description: 'ten letters' }));

const answered = (id: string, label: string | null, type: string | null): RunDocument => ({
  id,
  label,
  type,
  confidence: 0.8,
  none_score: 0.1,
  reasoning: '',
});

function runOf(documents: RunDocument[]): Run {
  const about = {
    started_at: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    set: 's',
    rules_file: 'r',
    examples_file: null,
    engine: 'e',
  };
  return newRun({ ...about, rules: RULES, documents });
}

/** `count` documents of the label "a", of which the first `right` are answered right. */
function runWith(count: number, right: number): Run {
  return runOf(Array.from({ length: count }, (_, at) => answered(`d${at}`, 'a', at < right ? 'a' : 'b')));
}

test('changes are fixed, broken or wrong in another way; an error is a wrong answer', () => {
  const before = runOf([
    answered('fixed', 'a', 'b'),
    answered('broken', 'a', 'a'),
    answered('other', 'a', 'b'),
    answered('same', 'b', 'b'),
    { id: 'read now', label: null, error: 'X: y' },
    answered('gone', 'a', 'a'),
  ]);
  const after = runOf([
    answered('fixed', 'a', 'a'),
    { id: 'broken', label: 'a', error: 'X: y' },
    answered('other', 'a', null),
    answered('same', 'b', 'b'),
    answered('read now', null, null),
    answered('new', 'a', 'a'),
  ]);
  const found = compareRuns(before, after);
  const ids = (changes: { id: string }[]) => changes.map(({ id }) => id);
  expect(found).toMatchObject({ documents: 5, onlyBefore: 1, onlyAfter: 1, relabelled: 0 });
  expect(ids(found.fixed)).toEqual(['fixed', 'read now']);
  expect(ids(found.broken)).toEqual(['broken']);
  expect(ids(found.stillWrong)).toEqual(['other']);
});

test('both answers are judged by the label of now, and documents with one id are paired in their order', () => {
  const before = runOf([answered('x', 'a', 'a'), answered('x', 'a', 'b')]);
  const after = runOf([answered('x', 'b', 'b'), answered('x', 'a', 'b')]);
  expect(compareRuns(before, after)).toMatchObject({ documents: 2, relabelled: 1, fixed: [{ id: 'x' }], broken: [] });
});

test('differences are those of the figures that measure gives', () => {
  const before = runOf([answered('1', 'a', 'b'), answered('2', 'b', 'b'), answered('3', null, 'a')]);
  const after = runOf([answered('1', 'a', 'a'), answered('2', 'b', 'a'), answered('3', null, null)]);
  const figures = [before, after].map((run) => measure(outcomesOf(run), ['a', 'b']));
  const found = compareRuns(before, after);
  expect(found.accuracy.value).toBeCloseTo(figures[1]!.accuracy - figures[0]!.accuracy, 12);
  expect(found.macroF1.value).toBeCloseTo(figures[1]!.macroF1 - figures[0]!.macroF1, 12);
});

test('a large difference is significant, a small one is not, and the same runs give the same figures', () => {
  const large = compareRuns(runWith(100, 50), runWith(100, 80));
  expect(large.accuracy.value).toBeCloseTo(0.3, 12);
  expect(large.accuracy.pValue).toBeLessThan(0.01);
  expect(large.accuracy.interval[0]).toBeGreaterThan(0.15);
  expect(large.accuracy.interval[1]).toBeLessThan(0.45);
  const small = compareRuns(runWith(100, 50), runWith(100, 51));
  expect(small.accuracy.pValue).toBeGreaterThan(0.3);
  expect(compareRuns(runWith(100, 50), runWith(100, 80))).toEqual(large);
});
