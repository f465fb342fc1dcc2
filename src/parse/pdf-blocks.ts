import type { LayoutBlock } from '@llamaindex/liteparse';
import type { Block } from '../domain/document.ts';
import { BlockWriter } from './blocks.ts';

/** Blocks with less than this share of the letters of their page have lost something. */
const MIN_COVERAGE = 0.9;

/** The blocks liteparse sees on a page, or null when they do not hold nearly all of its text. */
export function pdfBlocks(layout: readonly LayoutBlock[], pageText: string): Block[] | null {
  const writer = new BlockWriter();
  let letters = 0;
  const seen = (text: string) => {
    letters += letterCount(text);
    return text;
  };
  for (const block of layout) {
    const text = block.text ?? block.lines?.join('\n') ?? '';
    if (block.kind === 'heading') writer.heading(block.level ?? 1, seen(text));
    else if (block.kind === 'table' || block.rows !== undefined) {
      for (const row of [block.header ?? [], ...(block.rows ?? [])]) writer.row(row.map((cell) => seen(cell.text)));
      writer.endTable();
    } else if (block.marker !== undefined || block.kind.startsWith('list')) {
      writer.item(block.ordered ?? false, seen(text));
    } else writer.text(seen(text));
  }
  return letters >= letterCount(pageText) * MIN_COVERAGE ? writer.take() : null;
}

function letterCount(text: string): number {
  return text.replace(/\s+/g, '').length;
}
