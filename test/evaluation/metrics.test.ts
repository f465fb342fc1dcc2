import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auroc, measure, NO_TYPE, type Outcome, UNREADABLE } from '../../src/evaluation/metrics.ts';

const TYPES = ['invoice', 'contract', 'letter'];

const answered = (label: string | null, predicted: string | null, confidence = 0.9, noneScore = 0.1): Outcome => ({
  label,
  predicted,
  confidence,
  noneScore,
});

/** Three invoices (one called a contract), two contracts (one unreadable), one document that fits no rule, found. */
const SET: Outcome[] = [
  answered('invoice', 'invoice', 0.95, 0.05),
  answered('invoice', 'invoice', 0.85, 0.1),
  answered('invoice', 'contract', 0.75, 0.3),
  answered('contract', 'contract', 0.65, 0.2),
  { label: 'contract', unreadable: true },
  answered(null, null, 0.55, 0.25),
];

describe('measure, against values computed by hand', () => {
  const metrics = measure(SET, TYPES);

  test('a document that could not be read counts as wrong and is reported', () => {
    expect(metrics).toMatchObject({ documents: 6, errors: 1 });
    expect(metrics.accuracy).toBeCloseTo(4 / 6, 12);
  });

  test('each type has precision, recall, F1 and its number of documents', () => {
    expect([...metrics.perType.keys()]).toEqual(['invoice', 'contract', 'letter', NO_TYPE]);
    expect(metrics.perType.get('invoice')).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8, documents: 3 });
    expect(metrics.perType.get('contract')).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, documents: 2 });
    expect(metrics.perType.get('letter')).toEqual({ precision: 0, recall: 0, f1: 0, documents: 0 });
    expect(metrics.perType.get(NO_TYPE)).toEqual({ precision: 1, recall: 1, f1: 1, documents: 1 });
  });

  test('macro-F1 is the mean over the labels that documents have, null included', () => {
    expect(metrics.macroF1).toBeCloseTo((0.8 + 0.5 + 1) / 3, 12);
  });

  test('the confusion says what became of each label', () => {
    expect([...metrics.confusion].map(([label, row]) => [label, Object.fromEntries(row)])).toEqual([
      ['invoice', { invoice: 2, contract: 1 }],
      ['contract', { contract: 1, [UNREADABLE]: 1 }],
      [NO_TYPE, { [NO_TYPE]: 1 }],
    ]);
  });

  test('the calibration error weighs the distances of ten bins by their documents', () => {
    // One document a bin: |0.95−1| + |0.85−1| + |0.75−0| + |0.65−1| + |0.55−1|, over five that were read.
    expect(metrics.ece).toBeCloseTo((0.05 + 0.15 + 0.75 + 0.35 + 0.45) / 5, 12);
    expect(metrics.calibration[5]).toEqual({ from: 0.5, to: 0.6, documents: 1, meanConfidence: 0.55, accuracy: 1 });
  });

  test('documents in one bin are compared together', () => {
    const together = measure([answered('invoice', 'invoice', 0.91), answered('invoice', 'letter', 0.99)], TYPES);
    expect(together.ece).toBeCloseTo(0.95 - 0.5, 12);
  });

  test('a confidence of 1 is in the last bin, and one of 0.1 in the second', () => {
    const { calibration } = measure([answered('invoice', 'invoice', 1), answered('letter', 'letter', 0.1)], TYPES);
    expect(calibration.map(({ documents }) => documents)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test('the AUROC of "no rule fits" compares the documents that fit no rule with the others that were read', () => {
    // 0.25 is above 0.05, 0.1 and 0.2 but not 0.3.
    expect(metrics.noneAuroc).toBeCloseTo(3 / 4, 12);
  });
});

describe('measure, at the edges', () => {
  test('without documents that fit no rule, or without others, there is no AUROC', () => {
    expect(measure([answered('invoice', 'invoice')], TYPES).noneAuroc).toBeNull();
    expect(measure([answered(null, null)], TYPES).noneAuroc).toBeNull();
  });

  test('when nothing could be read there is no calibration error and the accuracy is 0', () => {
    expect(measure([{ label: 'invoice', unreadable: true }], TYPES)).toMatchObject({
      accuracy: 0,
      macroF1: 0,
      ece: null,
    });
  });

  test('a wrong "no rule fits" gives (none) a precision though no document has that label', () => {
    const { perType, macroF1 } = measure([answered('invoice', null), answered('invoice', 'invoice')], TYPES);
    expect(perType.get(NO_TYPE)).toEqual({ precision: 0, recall: 0, f1: 0, documents: 0 });
    expect(macroF1).toBeCloseTo(2 / 3, 12);
  });

  test('a type may be called like a property that every object has', () => {
    const { perType, confusion } = measure([answered('__proto__', 'constructor')], ['__proto__', 'constructor']);
    expect(perType.get('__proto__')?.documents).toBe(1);
    expect(
      JSON.stringify(Object.fromEntries([...confusion].map(([label, row]) => [label, Object.fromEntries(row)]))),
    ).toBe('{"__proto__":{"constructor":1}}');
  });
});

const scores = fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1)), {
  minLength: 1,
  maxLength: 30,
});

test('the AUROC is the share of pairs in the right order, ties counting half', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      let won = 0;
      for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
      expect(auroc(positives, negatives)).toBeCloseTo(won / (positives.length * negatives.length), 9);
    }),
  );
});

const type = fc.constantFrom(null, ...TYPES);
const outcomes = fc.array(
  fc.oneof(
    fc.record({
      label: type,
      predicted: type,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      noneScore: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ label: type, unreadable: fc.constant(true as const) }),
  ),
  { minLength: 1, maxLength: 60 },
);

test('whatever the outcomes, figures are within bounds and counts add up', () => {
  fc.assert(
    fc.property(outcomes, (set) => {
      const metrics = measure(set, TYPES);
      const read = set.filter((outcome) => 'predicted' in outcome);
      for (const figure of [metrics.accuracy, metrics.macroF1, metrics.ece ?? 0, metrics.noneAuroc ?? 0]) {
        expect(figure).toBeGreaterThanOrEqual(0);
        expect(figure).toBeLessThanOrEqual(1 + 1e-9);
      }
      const counted = [...metrics.confusion.values()].flatMap((row) => [...row.values()]);
      expect(counted.reduce((total, count) => total + count, 0)).toBe(set.length);
      expect(metrics.calibration.reduce((total, { documents }) => total + documents, 0)).toBe(read.length);
      // Over all that was read, confidence and accuracy cannot be further apart than bin by bin.
      if (metrics.ece !== null) {
        const meanConfidence = read.reduce((total, { confidence }) => total + confidence, 0) / read.length;
        const accuracy = read.filter(({ label, predicted }) => label === predicted).length / read.length;
        expect(metrics.ece).toBeGreaterThanOrEqual(Math.abs(meanConfidence - accuracy) - 1e-9);
      }
    }),
  );
});
