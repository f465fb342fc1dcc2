/** Lines are cut to this where the output is not a terminal whose width is known. */
const DEFAULT_COLUMNS = 120;
const MIN_COLUMNS = 40;
const GAP = '  ';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Give up to this many columns; longer cells are cut. Default: as wide as its widest cell. */
  maxWidth?: number;
  /** Which end of a cell is cut off. Default: `end`. */
  cut?: 'start' | 'end';
}

/** Columns of the terminal that standard output goes to. */
export function outputColumns(): number {
  // Some terminals say 0 for "unknown".
  return Math.max(MIN_COLUMNS, process.stdout.columns || DEFAULT_COLUMNS);
}

/** Rows under underlined titles; every line ends with "\n". The last column is cut to what `columns` leaves of the line. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title, maxWidth = Number.POSITIVE_INFINITY }, at) => {
    let widest = displayWidth(title);
    for (const row of cells) widest = Math.max(widest, displayWidth(row[at] ?? ''));
    return Math.min(widest, Math.max(maxWidth, displayWidth(title)));
  });
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((total, columnWidth) => total + columnWidth + GAP.length, 0);
  widths[last] = Math.min(widths[last]!, Math.max(width - before, displayWidth(columns[last]!.title), 10));

  const line = (row: readonly string[]) =>
    `${columns
      .map(({ align, cut }, at) => {
        const text = cutText(row[at] ?? '', widths[at]!, cut);
        const space = ' '.repeat(widths[at]! - displayWidth(text));
        return align === 'right' ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd()}\n`;
  const rule = `${widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP)}\n`;
  return line(columns.map(({ title }) => title)) + rule + cells.map(line).join('');
}

/**
 * Text of documents and file names on one line of a terminal: control characters could move the cursor or recolour it,
 * and marks of writing direction could reorder what stands beside them.
 */
export function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '');
}

/** At most `width` columns of the text, with "…" where something is missing. */
export function cutText(text: string, width: number, cut: 'start' | 'end' = 'end'): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text];
  let room = width - 1;
  const kept: string[] = [];
  for (const character of cut === 'end' ? characters : characters.toReversed()) {
    room -= displayWidth(character);
    if (room < 0) break;
    kept.push(character);
  }
  return cut === 'end' ? `${kept.join('').trimEnd()}…` : `…${kept.reverse().join('')}`;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

/** Columns that a terminal needs for the text: East Asian characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
