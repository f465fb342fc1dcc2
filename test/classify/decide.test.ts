import { expect, test } from 'vitest';
import { decide } from '../../src/classify/decide.ts';
import { findEvidence } from '../../src/classify/evidence.ts';
import { explain, type Findings } from '../../src/classify/reasoning.ts';

const nothing: Findings = {
  catchAlls: [],
  evidence: [],
  nearest: null,
  language: { code: 'en', supported: true },
  checks: [],
  examples: [],
};

const shares = [
  { type: 'a', share: 0.7 },
  { type: 'b', share: 0.3 },
];

test('the best type wins when some rule probably fits', () => {
  const { type, confidence, ranking } = decide({ shares, catchAlls: [], none: 0.1 });
  expect(type).toBe('a');
  expect(confidence).toBeCloseTo(0.63);
  expect(ranking.map(({ type }) => type)).toEqual(['a', 'b']);
});

test('null wins when no rule probably fits, with that probability', () => {
  expect(decide({ shares, catchAlls: [], none: 0.8 })).toMatchObject({ type: null, confidence: 0.8, none: 0.8 });
});

test('null wins over a guess among many types', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ type: `t${index}`, share: 0.05 }));
  expect(decide({ shares: many, catchAlls: [], none: 0.3 })).toMatchObject({ type: null, confidence: 0.3 });
  expect(decide({ shares: many, catchAlls: [], none: 0.01 }).type).toBe('t0');
});

test('a catch-all rule has the probability that null would have', () => {
  expect(decide({ shares, catchAlls: ['other'], none: 0.8 })).toMatchObject({
    type: 'other',
    confidence: 0.8,
    none: 0,
  });
  expect(decide({ shares: [], catchAlls: ['other'], none: 1 })).toMatchObject({ type: 'other', confidence: 1 });
});

test('a threshold of the operator alone decides whether a rule fits', () => {
  expect(decide({ shares, catchAlls: [], none: 0.3, noneThreshold: 0.2 }).type).toBeNull();
  expect(decide({ shares, catchAlls: [], none: 0.8, noneThreshold: 0.9 }).type).toBe('a');
  expect(decide({ shares, catchAlls: [], none: 1, noneThreshold: 1 }).type).toBe('a');
});

test('equal types are told apart by their names', () => {
  const equal = [
    { type: 'b', share: 0.5 },
    { type: 'a', share: 0.5 },
  ];
  expect(decide({ shares: equal, catchAlls: [], none: 0 }).type).toBe('a');
});

test('a long line is quoted in passages of at most 90 characters, never cutting a character in two', () => {
  const text = `${'😀'.repeat(300)} total ${'word '.repeat(100)}`;
  const evidence = findEvidence([{ number: 1, text }], (passage) => new Map([[passage, 1]]));
  expect(evidence).toHaveLength(3);
  for (const { quote } of evidence) {
    expect(quote.length).toBeLessThanOrEqual(90);
    expect(quote.isWellFormed()).toBe(true);
  }
});

test('a quote has plain spaces where the document has no-break spaces and control characters', () => {
  const text = 'Amount\u00a0due\u0085\u009fEUR\u00a0\u20071,190.00';
  const [evidence] = findEvidence([{ number: 1, text }], (passage) => new Map([[passage, 1]]));
  expect(evidence!.quote).toBe('Amount due EUR 1,190.00');
  expect(text.slice(evidence!.start, evidence!.end)).toBe(text);
});

test('a passage that repeats what is quoted already gives way to one that says something else', () => {
  const text = 'invoice invoice\ninvoice again\namount due';
  const findings = (passage: string) =>
    new Map([...['invoice', 'due']].filter((word) => passage.includes(word)).map((word) => [word, 1]));
  expect(findEvidence([{ number: 1, text }], findings).map(({ quote }) => quote)).toEqual([
    'invoice invoice',
    'amount due',
  ]);
});

test('without a passage to quote the reasoning says so', () => {
  expect(
    explain(decide({ shares, catchAlls: [], none: 0 }), {
      ...nothing,
      nearest: { type: 'b', score: 0.3, missing: [] },
    }),
  ).toBe('Matches "a" by its overall meaning; no single passage stands out. Next was "b" (0.30).');
  expect(
    explain(decide({ shares, catchAlls: [], none: 0.9 }), {
      ...nothing,
      nearest: { type: 'a', score: 0.07, missing: ['a total', 'a date', 'a name'] },
    }),
  ).toBe('No rule fits. Nearest was "a" (0.07). Not found: "a total", "a date".');
});

test('quotes are named with their pages', () => {
  const evidence = [
    { page: 1, quote: 'Invoice No. 4711', start: 0, end: 16 },
    { page: 1, quote: 'Amount due', start: 20, end: 30 },
    { page: 2, quote: 'a VAT line', start: 0, end: 10 },
  ];
  expect(
    explain(decide({ shares, catchAlls: [], none: 0 }), {
      ...nothing,
      evidence,
      nearest: { type: 'b', score: 0.3, missing: ['cash'] },
    }),
  ).toBe(
    'Matches "a": page 1 shows "Invoice No. 4711" and "Amount due", page 2 shows "a VAT line". Next was "b" (0.30); not found: "cash".',
  );
});
