import type { Block } from '../../domain/document.ts';
import { AppError } from '../../errors.ts';
import { BlockWriter, flowPages } from '../blocks.ts';
import { decodeText } from '../charset.ts';
import { selectPages } from '../flow.ts';
import type { Format } from '../format.ts';

/** HTML, also XHTML. The title comes first. Pages as in text. */
export const html: Format = {
  kinds: ['html'],
  async read({ bytes }, context) {
    return selectPages(flowPages([await htmlBlocks(decodeText(bytes, declaredCharset(bytes)))]), context);
  },
};

/** The charset named by the `<meta>` or XML declaration in the first 2 KB, or null. */
function declaredCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2048)).toString('latin1');
  return (
    /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]+encoding=["']([\w-]+)/.exec(head)?.[1] ??
    null
  );
}

const LEFT_OUT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object', 'select']);

/** Elements that begin and end a paragraph. */
const PARAGRAPHS = new Set([
  ...['address', 'article', 'aside', 'blockquote', 'body', 'caption', 'center', 'dd', 'details', 'div', 'dl', 'dt'],
  ...['fieldset', 'figcaption', 'figure', 'footer', 'form', 'header', 'hr', 'html', 'legend', 'main', 'nav', 'ol', 'p'],
  ...['pre', 'section', 'summary', 'ul'],
]);

/** Open elements at most: what the parser does for each grows with them. Authors forget to close hundreds. */
const MAX_DEPTH = 10_000;

interface Table {
  rows: string[][];
  /** The cell that is being read; null = none is. */
  cell: string | null;
  /** Arranges a page rather than data: it has a table inside. Its cells are written as paragraphs. */
  isLayout: boolean;
}

/**
 * The blocks of an HTML document or fragment. Links keep their text and lose their address, images keep their `alt`,
 * what is hidden is left out. Tables that only arrange the page, as in most mail, are read as paragraphs.
 *
 * @throws AppError DOCUMENT_TOO_LARGE when more than `MAX_DEPTH` elements are open.
 */
export async function htmlBlocks(source: string): Promise<Block[]> {
  const { Parser } = await import('htmlparser2');
  const writer = new BlockWriter();
  const lists: { ordered: boolean }[] = [];
  const tables: Table[] = [];
  /** Open elements that hide what is inside them. */
  const hiding: string[] = [];
  let text = '';
  let headingLevel: number | null = null;
  let isItem = false;
  let preformatted = 0;
  let depth = 0;

  const endParagraph = () => {
    const paragraph = preformatted > 0 ? text : text.replace(/[ \t]*\n[ \t]*/g, '\n').trim();
    text = '';
    if (paragraph.trim() === '') return;
    const table = tables.at(-1);
    if (table !== undefined && !table.isLayout) {
      if (table.cell !== null) table.cell += table.cell === '' ? paragraph : `\n${paragraph}`;
      else writer.text(paragraph);
    } else if (headingLevel !== null) writer.heading(headingLevel, paragraph);
    else if (isItem && lists.length > 0) writer.item(lists.at(-1)!.ordered, paragraph);
    else writer.text(paragraph);
  };
  const endCell = () => {
    endParagraph();
    const table = tables.at(-1);
    if (table === undefined || table.cell === null) return;
    table.rows.at(-1)?.push(table.cell);
    table.cell = null;
  };
  const writeTable = ({ rows }: Table) => {
    const isData = rows.some((row) => row.filter((cell) => cell !== '').length > 1);
    for (const row of rows) {
      if (isData) writer.row(row);
      else for (const cell of row) writer.text(cell);
    }
    writer.endTable();
  };
  /** A table inside a table makes the outer one a layout: what was read of it is written as it stands. */
  const becomeLayout = (table: Table) => {
    if (table.isLayout) return;
    endCell();
    table.isLayout = true;
    writeTable(table);
    table.rows = [];
  };

  const openTable = (name: string) => {
    const table = tables.at(-1);
    if (name === 'table') {
      if (table === undefined) endParagraph();
      else becomeLayout(table);
      tables.push({ rows: [], cell: null, isLayout: false });
    } else if (table === undefined || table.isLayout) endParagraph();
    else {
      endCell();
      if (name === 'tr' || table.rows.length === 0) table.rows.push([]);
      if (name !== 'tr') table.cell = '';
    }
  };

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > MAX_DEPTH) {
          throw new AppError('DOCUMENT_TOO_LARGE', `The document nests more than ${MAX_DEPTH} elements.`);
        }
        if (hiding.length > 0 || LEFT_OUT.has(name) || isHidden(attributes)) {
          // Elements without an end, such as <input>, are closed at once and hide nothing.
          hiding.push(name);
          return;
        }
        if (name === 'br') text += '\n';
        else if (name === 'img') text += attributes.alt ? ` ${attributes.alt} ` : '';
        else if (['table', 'tr', 'td', 'th'].includes(name)) openTable(name);
        else if (name === 'li') {
          endParagraph();
          isItem = true;
        } else if (/^h[1-6]$/.test(name) || name === 'title') {
          endParagraph();
          headingLevel = name === 'title' ? 1 : Number(name[1]);
        } else if (PARAGRAPHS.has(name)) {
          endParagraph();
          if (name === 'ul' || name === 'ol') lists.push({ ordered: name === 'ol' });
          else if (name === 'pre') preformatted++;
        }
      },
      ontext(piece) {
        if (hiding.length > 0) return;
        if (preformatted > 0) text += piece;
        // A piece may begin where the last one ended in white space.
        else text += /\s$/.test(text) ? piece.replace(/\s+/g, ' ').trimStart() : piece.replace(/\s+/g, ' ');
      },
      onclosetag(name) {
        depth--;
        if (hiding.length > 0) {
          hiding.pop();
          return;
        }
        const table = tables.at(-1);
        if (name === 'td' || name === 'th') endCell();
        else if (name === 'table' && table !== undefined) {
          endCell();
          tables.pop();
          writeTable(table);
        } else if (name === 'li') {
          endParagraph();
          isItem = lists.length > 1;
        } else if (/^h[1-6]$/.test(name) || name === 'title') {
          endParagraph();
          headingLevel = null;
        } else if (PARAGRAPHS.has(name)) {
          endParagraph();
          if (name === 'ul' || name === 'ol') lists.pop();
          else if (name === 'pre') preformatted = Math.max(0, preformatted - 1);
        }
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.write(source);
  parser.end();
  endParagraph();
  return writer.take();
}

function isHidden(attributes: Record<string, string>): boolean {
  return Object.hasOwn(attributes, 'hidden') || /display\s*:\s*none/i.test(attributes.style ?? '');
}
