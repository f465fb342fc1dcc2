import type { PageText } from '../../../../domain/document.ts';

/** Pages are read in slices, so that a page of many megabytes costs no more memory than its text is used. */
const SLICE = 65_536;

/**
 * Text in one shape: NFKC, control and zero-width characters gone, one space between words, lines trimmed, no blank lines.
 * Linear in the length of the text, whatever it holds.
 */
export function foldText(text: string): string {
  return (
    text
      .normalize('NFKC')
      .replace(/\r\n?|[\f\v\u0085\u2028\u2029]/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/g, '')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n[ \n]*/g, '\n')
  );
}

/** The first `limit` characters of the folded text of all pages, a line break between pages. */
export function foldPages(pages: readonly PageText[], limit: number): string {
  let folded = '';
  for (const { text } of pages) {
    for (let start = 0; start < text.length && folded.length < limit; start += SLICE) {
      const slice = foldText(text.slice(start, start + SLICE));
      // Otherwise white space alone would fill the limit, one character a slice.
      folded += folded === '' || folded.endsWith('\n') ? slice.trimStart() : slice;
    }
    if (folded.length >= limit) break;
    if (folded !== '') folded += '\n';
  }
  return foldText(folded).trim().slice(0, limit);
}
