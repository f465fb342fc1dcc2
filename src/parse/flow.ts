import type { FormatContext, FormatPage, FormatResult } from './format.ts';

/** Characters (UTF-16 units) of a page of text that has no pages of its own: about one printed page. */
export const FLOW_PAGE_CHARACTERS = 3000;

/**
 * Cuts flowing text into pages. A form feed is a page break if there is one inside the text; otherwise a page is at most
 * `FLOW_PAGE_CHARACTERS` long and ends at the end of a line, or of a word when a line is longer than half a page.
 */
export function splitFlow(text: string): string[] {
  const fed = text.split('\f');
  while (fed.length > 1 && fed.at(-1)?.trim() === '') fed.pop();
  if (fed.length > 1) return fed;

  const pages: string[] = [];
  let start = 0;
  while (text.length - start > FLOW_PAGE_CHARACTERS) {
    const end = pageEnd(text, start);
    pages.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length || pages.length === 0) pages.push(text.slice(start));
  return pages;
}

function pageEnd(text: string, start: number): number {
  const limit = start + FLOW_PAGE_CHARACTERS;
  // Of the page only: in the whole text a boundary that is missing would be looked for back to the beginning.
  const page = text.slice(start, limit);
  for (const boundary of ['\n', ' ']) {
    const at = page.lastIndexOf(boundary);
    if (at >= FLOW_PAGE_CHARACTERS / 2) return start + at + 1;
  }
  // No boundary at all: cut anywhere but inside a surrogate pair.
  return isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The selected ones of `pages`, which are all pages of a document. */
export function selectPages(pages: readonly Omit<FormatPage, 'number'>[], context: FormatContext): FormatResult {
  const selected = context.select(pages.length).map((number) => ({ ...pages[number - 1]!, number }));
  return { totalPages: pages.length, pages: selected };
}

/** The same for pages that are nothing but text. */
export function selectTexts(texts: readonly string[], context: FormatContext): FormatResult {
  return selectPages(
    texts.map((text) => ({ text })),
    context,
  );
}
