/** Pages `first` to `last`, 1-based and inclusive. A single page has both equal. */
export interface PageRange {
  first: number;
  last: number;
}

/** Fifteen digits are exact as a number and more pages than any document has. */
const PART = /^\s*(\d{1,15})(?:\s*-\s*(\d{1,15}))?\s*$/;

/**
 * Reads `"1,3,5-7"` into ranges sorted by page. Ranges are never expanded, so `"1-999999999"` costs nothing.
 *
 * Returns `{ problem }`, a sentence for whoever wrote the text, when it does not fit the grammar, names page 0,
 * a range that ends before it starts, or a page twice.
 */
export function parsePageRanges(text: string): { ranges: PageRange[] } | { problem: string } {
  if (text.trim() === '') return { problem: 'Name at least one page, like "1,3,5-7".' };
  const ranges: PageRange[] = [];
  for (const part of text.split(',')) {
    const match = PART.exec(part);
    if (match === null) return { problem: 'Pages are numbers and ranges separated by commas, like "1,3,5-7".' };
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (first === 0) return { problem: 'Pages are counted from 1.' };
    if (last < first) return { problem: `The range ${first}-${last} ends before it starts.` };
    ranges.push({ first, last });
  }
  ranges.sort((a, b) => a.first - b.first);
  for (const [index, range] of ranges.entries()) {
    const before = ranges[index - 1];
    if (before !== undefined && range.first <= before.last) return { problem: `Page ${range.first} is named twice.` };
  }
  return { ranges };
}

/**
 * The numbers of the pages to read, ascending: those in `ranges` (null = all) that the document has, then at most
 * `maxPages` of them (null = no limit). Lazy, so that `totalPages` may be Infinity while it is not known yet.
 */
export function* selectPages(
  totalPages: number,
  { ranges, maxPages }: { ranges: readonly PageRange[] | null; maxPages: number | null },
): Generator<number, void, void> {
  let left = maxPages ?? Number.POSITIVE_INFINITY;
  for (const { first, last } of ranges ?? [{ first: 1, last: totalPages }]) {
    for (let page = first; page <= Math.min(last, totalPages); page++) {
      if (left-- <= 0) return;
      yield page;
    }
  }
}
