import { type PageRange, selectPages } from '../domain/page-ranges.ts';
import { AppError } from '../errors.ts';
import type { PageSelection } from './format.ts';

/**
 * Chooses the pages of a document and of the documents attached to it, whose pages follow its own. How many pages an
 * attachment has is known only once it is opened, so pages are chosen part by part, in order.
 */
export class PageSelector {
  readonly #ranges: readonly PageRange[] | null;
  readonly #maxPages: number | null;
  readonly #limit: number;
  #selected = 0;

  /** @param limit more pages than this are refused. */
  constructor({ ranges, maxPages }: PageSelection, limit: number) {
    this.#ranges = ranges;
    this.#maxPages = maxPages;
    this.#limit = limit;
  }

  /** What is left of the selection for a part that begins after `offset` pages, in the page numbers of that part. */
  selection(offset: number): PageSelection {
    const ranges = this.#ranges?.flatMap(({ first, last }) =>
      last > offset ? [{ first: Math.max(first - offset, 1), last: last - offset }] : [],
    );
    return { ranges: ranges ?? null, maxPages: this.#maxPages === null ? null : this.#maxPages - this.#selected };
  }

  /**
   * Numbers of the pages to read of a part of `totalPages` pages, ascending; none when no page of it was asked for.
   *
   * @throws AppError TOO_MANY_PAGES
   */
  select(offset: number, totalPages: number): number[] {
    const numbers: number[] = [];
    for (const number of selectPages(totalPages, this.selection(offset))) {
      if (this.#selected + numbers.length === this.#limit) {
        throw new AppError(
          'TOO_MANY_PAGES',
          `The document has ${offset + totalPages} pages and the server reads at most ${this.#limit}; select fewer with max_pages or target_pages.`,
        );
      }
      numbers.push(number);
    }
    this.#selected += numbers.length;
    return numbers;
  }
}
