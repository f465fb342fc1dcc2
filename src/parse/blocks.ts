import type { Block } from '../domain/document.ts';
import { FLOW_PAGE_CHARACTERS, splitFlow } from './flow.ts';
import type { FormatPage } from './format.ts';

/** Longer stretches without a page break are cut: no printed page holds more. */
const MAX_STRETCH_CHARACTERS = 2 * FLOW_PAGE_CHARACTERS;

/** The plain text of blocks: rows of a table on a line each, in bars, items of a list behind dashes or numbers. */
export function blocksText(blocks: readonly Block[]): string {
  return blocks.map(blockText).join('\n');
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'heading':
    case 'text':
      return block.text;
    case 'list':
      return block.items.map((item, index) => (block.ordered ? `${index + 1}. ${item}` : `- ${item}`)).join('\n');
    case 'table':
      return block.rows.map(rowText).join('\n');
  }
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}

/**
 * Collects the blocks of a document as its elements are read, one after the other. Empty ones are dropped, items of a
 * list that follow each other become one list.
 */
export class BlockWriter {
  /** Pages so far; the last one is being written. A document without page breaks has one. */
  readonly pages: Block[][] = [[]];
  #rows: string[][] | null = null;

  get #page(): Block[] {
    return this.pages.at(-1)!;
  }

  heading(level: number, text: string): void {
    const trimmed = text.trim();
    if (trimmed !== '') this.#page.push({ type: 'heading', level: Math.min(Math.max(level, 1), 6), text: trimmed });
  }

  text(text: string): void {
    if (text.trim() !== '') this.#page.push({ type: 'text', text: text.trimEnd() });
  }

  item(ordered: boolean, text: string): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const last = this.#page.at(-1);
    if (last?.type === 'list' && last.ordered === ordered) last.items.push(trimmed);
    else this.#page.push({ type: 'list', ordered, items: [trimmed] });
  }

  /** A row of the table that is being written; the first one begins it. Rows without text are dropped. */
  row(cells: readonly string[]): void {
    const trimmed = cells.map((cell) => cell.trim());
    while (trimmed.at(-1) === '') trimmed.pop();
    if (trimmed.length === 0) return;
    if (this.#rows === null) {
      this.#rows = [];
      this.#page.push({ type: 'table', rows: this.#rows });
    }
    this.#rows.push(trimmed);
  }

  endTable(): void {
    this.#rows = null;
  }

  append(blocks: readonly Block[]): void {
    this.#rows = null;
    this.#page.push(...blocks);
  }

  /** What was written since the last call, page breaks forgotten. */
  take(): Block[] {
    this.#rows = null;
    return this.pages.splice(0, Number.POSITIVE_INFINITY, []).flat();
  }

  /** A page ends here, unless nothing is on it yet. A table goes on on the next page. */
  pageBreak(): void {
    if (this.#page.length === 0) return;
    this.pages.push([]);
    this.#rows = null;
  }
}

/** Pages of a document that flows: where it says its pages end, or else every `FLOW_PAGE_CHARACTERS`, between blocks. */
export function flowPages(pages: readonly (readonly Block[])[]): Pick<FormatPage, 'text' | 'blocks'>[] {
  const result: Pick<FormatPage, 'text' | 'blocks'>[] = [];
  for (const blocks of pages) {
    if (blocks.length === 0) continue;
    const text = blocksText(blocks);
    if (text.length <= MAX_STRETCH_CHARACTERS) result.push({ text, blocks: [...blocks] });
    else for (const part of cutBlocks(blocks)) result.push({ text: blocksText(part), blocks: part });
  }
  return result.length > 0 ? result : [{ text: '', blocks: [] }];
}

/** A page of blocks as it is returned: its text and its parts. */
export function blocksPage(number: number, blocks: Block[]): FormatPage {
  return { number, text: blocksText(blocks), blocks };
}

function* cutBlocks(blocks: readonly Block[]): Generator<Block[]> {
  let page: Block[] = [];
  let characters = 0;
  for (const block of blocks.flatMap(cutBlock)) {
    const length = blockText(block).length;
    if (page.length > 0 && characters + length > FLOW_PAGE_CHARACTERS) {
      yield page;
      page = [];
      characters = 0;
    }
    page.push(block);
    characters += length + 1;
  }
  if (page.length > 0) yield page;
}

/** A block in parts of at most about a page. */
function cutBlock(block: Block): Block[] {
  if (blockText(block).length <= FLOW_PAGE_CHARACTERS) return [block];
  switch (block.type) {
    case 'heading':
    case 'text':
      return splitFlow(block.text).map((text, index) =>
        index === 0 ? { ...block, text } : { type: 'text' as const, text },
      );
    case 'list':
      return groups(block.items, (item) => item.length).map((items) => ({ ...block, items }));
    case 'table':
      return groups(block.rows, (row) => rowText(row).length).map((rows) => ({ ...block, rows }));
  }
}

function groups<Item>(items: readonly Item[], lengthOf: (item: Item) => number): Item[][] {
  const result: Item[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const length = lengthOf(item);
    if (characters + length > FLOW_PAGE_CHARACTERS) {
      result.push([]);
      characters = 0;
    }
    result.at(-1)!.push(item);
    characters += length;
  }
  return result;
}
