import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PageRange, parsePageRanges, selectPages } from '../../src/domain/page-ranges.ts';

const ranges = (text: string): PageRange[] => {
  const parsed = parsePageRanges(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.ranges;
};

describe('parsePageRanges', () => {
  test('reads pages and inclusive ranges, with spaces anywhere between them', () => {
    expect(ranges('1,3,5-7')).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 3 },
      { first: 5, last: 7 },
    ]);
    expect(ranges(' 2 - 4 ,\t9 ')).toEqual([
      { first: 2, last: 4 },
      { first: 9, last: 9 },
    ]);
  });

  test('sorts ranges that are out of order', () => {
    expect(ranges('7,1-3').map(({ first }) => first)).toEqual([1, 7]);
  });

  test.each([
    ['', 'at least one page'],
    ['  ', 'at least one page'],
    ['0', 'from 1'],
    ['0-3', 'from 1'],
    ['5-3', 'ends before it starts'],
    ['1,1', 'named twice'],
    ['1-5,3', 'named twice'],
    ['3,1-5', 'named twice'],
    ...['1,', ',1', '1,,2', '1-', '-1', '1-2-3', 'a', '1;2', '1.5', '1 2', '+1', '１', '9'.repeat(16)].map((text) => [
      text,
      'separated by commas',
    ]),
  ])('refuses %j and says why', (text, why) => {
    expect(parsePageRanges(text!)).toEqual({ problem: expect.stringContaining(why!) });
  });

  test('accepts exactly the documented grammar when no page is 0, reversed or named twice', () => {
    const grammar = /^\s*\d+(\s*-\s*\d+)?(\s*,\s*\d+(\s*-\s*\d+)?)*\s*$/;
    const text = fc.string({ unit: fc.constantFrom('1', '2', '9', ',', '-', ' ', 'x'), maxLength: 12 });
    fc.assert(
      fc.property(text, (candidate) => {
        const parsed = parsePageRanges(candidate);
        if ('ranges' in parsed) return grammar.test(candidate);
        return !grammar.test(candidate) || /twice|before/.test(parsed.problem);
      }),
      { numRuns: 2000 },
    );
  });

  test('writes back what it read', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(starts, (pages) => {
        const text = pages.join(',');
        expect(ranges(text).map(({ first }) => first)).toEqual([...pages].sort((a, b) => a - b));
      }),
    );
  });
});

describe('selectPages', () => {
  const select = (totalPages: number, text: string | null, maxPages: number | null = null) => [
    ...selectPages(totalPages, { ranges: text === null ? null : ranges(text), maxPages }),
  ];

  test('gives all pages when none are named', () => {
    expect(select(3, null)).toEqual([1, 2, 3]);
  });

  test('drops pages beyond the end', () => {
    expect(select(3, '2-9,12')).toEqual([2, 3]);
    expect(select(3, '4')).toEqual([]);
  });

  test('cuts to maxPages after targetPages', () => {
    expect(select(10, '2,4-9', 3)).toEqual([2, 4, 5]);
    expect(select(10, null, 2)).toEqual([1, 2]);
  });

  test('costs nothing for a huge range', () => {
    expect(select(2, '1-999999999')).toEqual([1, 2]);
    expect(select(Number.POSITIVE_INFINITY, '1-999999999', 2)).toEqual([1, 2]);
  });

  test('is ascending, within the document and never more than maxPages', () => {
    const anyRanges = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 }).map((pages) => pages.join(','));
    fc.assert(
      fc.property(fc.nat(40), anyRanges, fc.option(fc.integer({ min: 1, max: 10 })), (total, text, maxPages) => {
        const selected = select(total, text, maxPages);
        expect(selected.length).toBeLessThanOrEqual(maxPages ?? total);
        expect(selected.every((page, index) => page <= total && page > (selected[index - 1] ?? 0))).toBe(true);
      }),
    );
  });
});
