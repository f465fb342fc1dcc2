import type { Block } from '../../domain/document.ts';
import { AppError } from '../../errors.ts';
import { BlockWriter, blocksPage, flowPages } from '../blocks.ts';
import { selectPages } from '../flow.ts';
import type { Format } from '../format.ts';
import { readXml, type XmlElement } from '../xml.ts';
import { openZip } from '../zip.ts';

/** A row or cell that says it is repeated more often than this is repeated this often. */
const MAX_REPEATED = 256;

/** Elements that are not what the document says: comments, deleted text, shapes' alternative texts, number formats. */
const LEFT_OUT = ['annotation', 'tracked-changes', 'desc', 'note-citation', 'number-style', 'forms', 'shapes'];

/**
 * OpenDocument (OASIS ODF 1.3 part 3). A page is a slide with its notes, or a sheet (its name first); a text has the
 * pages its word processor recorded, or is cut like text. Headers come first and footers last.
 */
export const odf: Format = {
  kinds: ['odt', 'odp', 'ods'],
  async read({ bytes, kind }, context) {
    const zip = await openZip(bytes);
    if (zip.has('META-INF/manifest.xml') && (await zip.text('META-INF/manifest.xml')).includes('encryption-data')) {
      throw new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.');
    }
    const writer = new BlockWriter();
    if (kind !== 'odt') {
      const pages: Block[][] = [];
      await readXml(zip.stream('content.xml'), contentHandlers(writer, { endOfPage: () => pages.push(writer.take()) }));
      return {
        totalPages: pages.length,
        pages: context.select(pages.length).map((number) => blocksPage(number, pages[number - 1]!)),
      };
    }
    const margins = new BlockWriter();
    const footers = new BlockWriter();
    if (zip.has('styles.xml')) {
      await readXml(zip.stream('styles.xml'), marginHandlers({ header: margins, footer: footers }));
    }
    writer.append(distinct(margins.take()));
    await readXml(zip.stream('content.xml'), contentHandlers(writer, { endOfPage: () => {} }));
    writer.append(distinct(footers.take()));
    return selectPages(flowPages(writer.pages), context);
  },
};

function distinct(blocks: readonly Block[]): Block[] {
  return [...new Map(blocks.map((block) => [JSON.stringify(block), block])).values()];
}

/** Header and footer of every kind of page; the rest of the styles is passed over. */
function marginHandlers(writers: { header: BlockWriter; footer: BlockWriter }) {
  let handlers: ReturnType<typeof contentHandlers> | null = null;
  const areaOf = (name: string) => /^(header|footer)(?:-left|-first)?$/.exec(name)?.[1] as 'header' | 'footer';
  return {
    open(element: XmlElement) {
      const area = areaOf(element.name);
      if (area) handlers = contentHandlers(writers[area], { endOfPage: () => {} });
      else handlers?.open(element);
    },
    text: (text: string) => handlers?.text(text),
    close(name: string) {
      if (areaOf(name)) handlers = null;
      else handlers?.close(name);
    },
  };
}

function contentHandlers(writer: BlockWriter, { endOfPage }: { endOfPage: () => void }) {
  const elements: string[] = [];
  /** Open paragraphs: notes and text boxes are documents inside a paragraph. */
  const paragraphs: { text: string; level: number | null }[] = [];
  /** Styles of lists whose first level has numbers. */
  const numbered = new Set<string>();
  const lists: boolean[] = [];
  let listStyle = '';
  let tableDepth = 0;
  let cells: string[] = [];
  let cell = '';
  let cellRepeated = 1;
  let rowRepeated = 1;
  let skipped = 0;

  const repeated = (value: string | undefined) => Math.min(Math.max(Number(value) || 1, 1), MAX_REPEATED);

  const write = ({ text, level }: { text: string; level: number | null }) => {
    if (tableDepth > 0) {
      if (text.trim() !== '') cell += cell === '' ? text : `\n${text}`;
    } else if (level !== null) writer.heading(level, text);
    else if (lists.length > 0) writer.item(lists[0]!, text);
    else writer.text(text);
  };

  const openTable = ({ name, attribute }: XmlElement) => {
    if (name === 'table') {
      const title = attribute('name');
      // Only a sheet stands directly in its document and has a name that people gave it.
      if (elements.at(-2) === 'spreadsheet' && title !== undefined) writer.heading(2, title);
      tableDepth++;
    } else if (tableDepth !== 1) return;
    else if (name === 'table-row') {
      cells = [];
      rowRepeated = repeated(attribute('number-rows-repeated'));
    } else {
      cell = '';
      // A cell over several columns is followed by covered ones, which are read as empty cells.
      cellRepeated = repeated(attribute('number-columns-repeated'));
    }
  };

  return {
    open(element: XmlElement) {
      const { name, attribute } = element;
      elements.push(name);
      if (skipped > 0) return;
      const paragraph = paragraphs.at(-1);
      if (LEFT_OUT.includes(name)) skipped = elements.length;
      else if (name === 'list-style') listStyle = attribute('name') ?? '';
      else if (name === 'list-level-style-number' && attribute('level') === '1') numbered.add(listStyle);
      else if (name === 'h') paragraphs.push({ text: '', level: Number(attribute('outline-level')) || 1 });
      else if (name === 'p') paragraphs.push({ text: '', level: null });
      else if (name === 'list') lists.push(numbered.has(attribute('style-name') ?? ''));
      else if (['table', 'table-row', 'table-cell', 'covered-table-cell'].includes(name)) openTable(element);
      else if (name === 'soft-page-break' && tableDepth === 0) {
        if (paragraph !== undefined) {
          write(paragraph);
          paragraph.text = '';
        }
        writer.pageBreak();
      } else if (paragraph === undefined) return;
      else if (name === 's') paragraph.text += ' '.repeat(repeated(attribute('c')));
      else if (name === 'tab') paragraph.text += '\t';
      else if (name === 'line-break') paragraph.text += '\n';
    },
    text(text: string) {
      const paragraph = paragraphs.at(-1);
      // White space is folded as in HTML; what counts is written as elements.
      if (skipped === 0 && paragraph !== undefined) paragraph.text += text.replace(/\s+/g, ' ');
    },
    close(name: string) {
      const depth = elements.length;
      elements.pop();
      if (skipped > 0) {
        if (depth === skipped) skipped = 0;
        return;
      }
      if (name === 'p' || name === 'h') {
        const paragraph = paragraphs.pop();
        if (paragraph !== undefined) write(paragraph);
      } else if (name === 'list') lists.pop();
      else if ((name === 'table-cell' || name === 'covered-table-cell') && tableDepth === 1) {
        for (let count = 0; count < cellRepeated && cells.length < MAX_REPEATED; count++) cells.push(cell);
      } else if (name === 'table-row' && tableDepth === 1) {
        for (let count = 0; count < rowRepeated; count++) writer.row(cells);
      } else if (name === 'table' && --tableDepth === 0) {
        writer.endTable();
        if (elements.at(-1) === 'spreadsheet') endOfPage();
      } else if (name === 'page') endOfPage();
    },
  };
}
