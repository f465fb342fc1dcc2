import type { Block, Page } from './document.ts';

/** A page as GitHub-flavoured Markdown made from its blocks, or its plain text when it has none. */
export function pageMarkdown(page: Pick<Page, 'text' | 'blocks'>): string {
  return page.blocks === null ? page.text : blocksMarkdown(page.blocks);
}

/** Blocks as GitHub-flavoured Markdown, one empty line between them. */
export function blocksMarkdown(blocks: readonly Block[]): string {
  return blocks
    .map(blockMarkdown)
    .filter((markdown) => markdown !== '')
    .join('\n\n');
}

function blockMarkdown(block: Block): string {
  switch (block.type) {
    case 'heading': {
      const text = oneLine(block.text);
      return text === '' ? '' : `${'#'.repeat(block.level)} ${text}`;
    }
    case 'text':
      return block.text.trim().split('\n').map(paragraphLine).join('\n');
    case 'list':
      return block.items.map((item, index) => listItem(item, block.ordered ? `${index + 1}. ` : '- ')).join('\n');
    case 'table':
      return table(block.rows);
  }
}

function listItem(text: string, marker: string): string {
  return marker + text.trim().replace(/\s*\n\s*/g, `\n${' '.repeat(marker.length)}`);
}

/** Markdown knows no table without a head, so the first row is it. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const [head, ...body] = rows;
  if (head === undefined || columns === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const row = (cells: readonly string[]) =>
    line(Array.from({ length: columns }, (_, at) => tableCell(cells[at] ?? '')));
  return [row(head), line(Array(columns).fill('---')), ...body.map(row)].join('\n');
}

function tableCell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, '<br>');
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/**
 * A line of a paragraph must not begin like a heading, a list, a quotation or an indented block. What stands inside a
 * line is left alone: escaping every asterisk would cost readers more than one in italics.
 */
function paragraphLine(line: string): string {
  return line
    .trimStart()
    .replace(/^(#{1,6}(?=\s|$)|[-+*>](?=\s|$)|>|```|~~~)/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^(=+|-{2,}|\*{3,}|_{3,})\s*$/, '\\$1');
}
