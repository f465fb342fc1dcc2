import type { Block } from '../domain/document.ts';

/** UTF-8 bytes of text kept of one page; the rest is ignored. A dense printed page has about 6 KB. */
export const MAX_PAGE_BYTES = 64 * 1024;

// Everything but tab and newline among the control characters: PostgreSQL refuses NUL in text, and the others only
// stand between a rule and the words it looks for.
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/g;

/** Page text as the rest of the service expects it: "\n" lines, valid Unicode, no control characters, bounded in size. */
export function cleanPageText(text: string): string {
  // Four bytes a character at most three a UTF-16 unit, so this slice never cuts what would have been kept.
  const bounded = text.length > MAX_PAGE_BYTES ? text.slice(0, MAX_PAGE_BYTES) : text;
  const clean = bounded
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(CONTROL, '')
    .toWellFormed()
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
  return cutToBytes(clean, MAX_PAGE_BYTES);
}

/**
 * Blocks under the same rules as the text of their page, which they repeat: cleaned, and dropped from where they have
 * more text than was kept of the page.
 */
export function cleanBlocks(blocks: readonly Block[], keptText: string): Block[] {
  // Blocks have a little less than the text (no bars, no bullets) or a little more (cells that are empty).
  let charactersLeft = keptText.length * 1.1 + 64;
  const result: Block[] = [];
  const clean = (text: string) => {
    const cleaned = cleanPageText(text);
    charactersLeft -= cleaned.length;
    return cleaned;
  };
  for (const block of blocks) {
    const cleaned = cleanBlock(block, clean);
    if (charactersLeft < 0) break;
    result.push(cleaned);
  }
  return result;
}

function cleanBlock(block: Block, clean: (text: string) => string): Block {
  switch (block.type) {
    case 'heading':
    case 'text':
      return { ...block, text: clean(block.text) };
    case 'list':
      return { ...block, items: block.items.map(clean) };
    case 'table':
      return { ...block, rows: block.rows.map((row) => row.map(clean)) };
  }
}

/** The longest beginning of `text` that takes at most `maxBytes` in UTF-8 and ends with a whole character. */
export function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
