import type { PageText } from './document.ts';

/** Labelled documents that count. More say little that is new, and each costs every document time. */
export const EXAMPLE_LIMITS = { perLabel: 20, total: 200 };

/** Characters of an example that are handed on: engines read no more of a document. */
const EXAMPLE_CHARACTERS = 30_000;

/** The first pages of an example, as far as they count. */
export function headOf(pages: readonly PageText[]): PageText[] {
  const head: PageText[] = [];
  let left = EXAMPLE_CHARACTERS;
  for (const { number, text } of pages) {
    if (left <= 0) break;
    head.push({ number, text: text.slice(0, left) });
    left -= text.length;
  }
  return head;
}
