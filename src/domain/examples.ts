import type { PageText } from './document.ts';

/** Labelled documents that count. More say little that is new, and each costs every document time. */
export const EXAMPLE_LIMITS = { perLabel: 20, total: 200 };

/** Asked of the labels of documents in turn: does this one count, or are there enough? */
export function exampleQuota(): (label: string | null) => boolean {
  const counts = new Map<string | null, number>();
  let total = 0;
  return (label) => {
    const count = counts.get(label) ?? 0;
    if (total === EXAMPLE_LIMITS.total || count === EXAMPLE_LIMITS.perLabel) return false;
    counts.set(label, count + 1);
    total++;
    return true;
  };
}

/** Characters of an example that are handed on: engines read no more of a document. */
const EXAMPLE_CHARACTERS = 30_000;

/** The first pages of a document, up to `characters`; by default, as far as those of an example count. */
export function headOf(pages: readonly PageText[], characters = EXAMPLE_CHARACTERS): PageText[] {
  const head: PageText[] = [];
  let left = characters;
  for (const { number, text } of pages) {
    if (left <= 0) break;
    head.push({ number, text: text.slice(0, left) });
    left -= text.length;
  }
  return head;
}
