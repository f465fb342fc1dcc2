import { BlockWriter, flowPages } from '../blocks.ts';
import { selectPages } from '../flow.ts';
import type { Format } from '../format.ts';
import { mainPart, relationships } from '../ooxml.ts';
import { readXml, type XmlElement } from '../xml.ts';
import { openZip, type Zip } from '../zip.ts';

/** A table cell that says it spans more columns than this is not believed. */
const MAX_SPAN = 64;

/**
 * Word documents (ECMA-376 part 1, WordprocessingML). Pages end where the author or the word processor that saved the
 * document last ended them; a document that records no pages is cut like text. Headers come first, footers and
 * footnotes last; comments, deleted text and field codes are left out.
 */
export const docx: Format = {
  kinds: ['docx'],
  async read({ bytes }, context) {
    const zip = await openZip(bytes);
    const main = await mainPart(zip);
    const related = [...(await relationships(zip, main)).values()].filter(({ target }) => zip.has(target));
    const partsOf = (type: string) => related.filter((part) => part.type === type).map(({ target }) => target);
    const styles = await readStyles(zip, partsOf('styles'));
    const bulleted = await readBulletedLists(zip, partsOf('numbering'));

    const writer = new BlockWriter();
    const copy = (parts: string[]) => copyDistinct(zip, parts, { styles, bulleted }, writer);
    await copy(partsOf('header'));
    await readXml(zip.stream(main), documentHandlers(writer, { styles, bulleted }));
    await copy([...partsOf('footnotes'), ...partsOf('endnotes')]);
    await copy(partsOf('footer'));
    return selectPages(flowPages(writer.pages), context);
  },
};

/** What a paragraph is by its style. */
interface ParagraphStyle {
  basedOn: string | null;
  /** 1 = the highest; null = not a heading. */
  headingLevel: number | null;
  /** List the style puts paragraphs into; null = none. */
  listId: string | null;
}

interface Context {
  styles: ReadonlyMap<string, ParagraphStyle>;
  /** Lists whose items have bullets rather than numbers. */
  bulleted: ReadonlySet<string>;
}

async function readStyles(zip: Zip, parts: readonly string[]): Promise<Map<string, ParagraphStyle>> {
  const styles = new Map<string, ParagraphStyle>();
  let style: ParagraphStyle = { basedOn: null, headingLevel: null, listId: null };
  for (const part of parts) {
    await readXml(zip.stream(part), {
      open({ name, attribute }) {
        const value = attribute('val') ?? '';
        if (name === 'style') {
          style = { basedOn: null, headingLevel: null, listId: null };
          styles.set(attribute('styleId') ?? '', style);
        } else if (name === 'name') style.headingLevel = headingLevelOfName(value);
        else if (name === 'basedOn') style.basedOn = value;
        else if (name === 'outlineLvl') style.headingLevel ??= headingLevelOfOutline(value);
        else if (name === 'numId') style.listId = value;
      },
    });
  }
  return styles;
}

/** Built-in styles keep their English names in files of every language. */
function headingLevelOfName(name: string): number | null {
  if (/^title$/i.test(name)) return 1;
  const level = /^heading ([1-9])$/i.exec(name)?.[1];
  return level === undefined ? null : Number(level);
}

/** Outline levels count from 0; 9 is body text. */
function headingLevelOfOutline(value: string): number | null {
  return /^[0-8]$/.test(value) ? Number(value) + 1 : null;
}

async function readBulletedLists(zip: Zip, parts: readonly string[]): Promise<Set<string>> {
  const bulletedDefinitions = new Set<string>();
  const bulleted = new Set<string>();
  let definition = '';
  let list = '';
  let level = '';
  for (const part of parts) {
    await readXml(zip.stream(part), {
      open({ name, attribute }) {
        const value = attribute('val') ?? '';
        if (name === 'abstractNum') definition = attribute('abstractNumId') ?? '';
        else if (name === 'lvl') level = attribute('ilvl') ?? '';
        else if (name === 'numFmt' && level === '0' && value === 'bullet') bulletedDefinitions.add(definition);
        else if (name === 'num') list = attribute('numId') ?? '';
        else if (name === 'abstractNumId' && bulletedDefinitions.has(value)) bulleted.add(list);
      },
    });
  }
  return bulleted;
}

/** Parts with the same content, such as the headers of first, left and right pages, are written once. */
async function copyDistinct(zip: Zip, parts: readonly string[], context: Context, target: BlockWriter): Promise<void> {
  const seen = new Set<string>();
  for (const part of parts) {
    const writer = new BlockWriter();
    await readXml(zip.stream(part), documentHandlers(writer, context));
    const blocks = writer.pages.flat();
    const content = JSON.stringify(blocks);
    if (seen.has(content)) continue;
    seen.add(content);
    target.append(blocks);
  }
}

interface Paragraph {
  text: string;
  styleId: string | null;
  listId: string | null;
  headingLevel: number | null;
}

/** Writes what it reads of a part of a Word document: its body, a header, the footnotes. */
function documentHandlers(writer: BlockWriter, { styles, bulleted }: Context) {
  /** Open paragraphs: a text box is a document inside a paragraph. */
  const paragraphs: Paragraph[] = [];
  const elements: string[] = [];
  let tableDepth = 0;
  let cells: string[] = [];
  let cell = '';
  let span = 1;
  /** Depth of the element whose content is left out; 0 = none is. */
  let skipped = 0;

  const styleOf = (id: string | null): Pick<ParagraphStyle, 'headingLevel' | 'listId'> => {
    let headingLevel: number | null = null;
    let listId: string | null = null;
    // Styles that are based on each other in a circle end after as many steps as there are styles.
    for (let step = 0; id !== null && step < styles.size; step++) {
      const style = styles.get(id);
      headingLevel ??= style?.headingLevel ?? null;
      listId ??= style?.listId ?? null;
      id = style?.basedOn ?? null;
    }
    return { headingLevel, listId };
  };

  const write = ({ text, styleId, ...own }: Paragraph) => {
    if (tableDepth > 0) {
      if (text.trim() !== '') cell += cell === '' ? text : `\n${text}`;
      return;
    }
    const style = styleOf(styleId);
    const headingLevel = own.headingLevel ?? style.headingLevel;
    const listId = own.listId ?? style.listId;
    if (headingLevel !== null) writer.heading(headingLevel, text);
    // List 0 takes a paragraph out of the list its style puts it into.
    else if (listId !== null && listId !== '0') writer.item(!bulleted.has(listId), text);
    else writer.text(text);
  };

  const pageBreak = () => {
    // Inside a table pages end between rows; inside a text box they do not end.
    if (tableDepth > 1 || paragraphs.length > 1) return;
    const paragraph = paragraphs.at(-1);
    if (paragraph !== undefined && tableDepth === 0) {
      write(paragraph);
      paragraph.text = '';
    }
    writer.pageBreak();
  };

  const openInParagraph = (paragraph: Paragraph, { name, attribute }: XmlElement) => {
    if (name === 'pStyle') paragraph.styleId = attribute('val') ?? null;
    else if (name === 'numId') paragraph.listId = attribute('val') ?? null;
    else if (name === 'outlineLvl') paragraph.headingLevel = headingLevelOfOutline(attribute('val') ?? '');
    else if (name === 'tab' && elements.at(-2) !== 'tabs') paragraph.text += '\t';
    else if (name === 'cr') paragraph.text += '\n';
    else if (name === 'noBreakHyphen') paragraph.text += '-';
  };

  return {
    open(element: XmlElement) {
      const { name, attribute } = element;
      elements.push(name);
      if (skipped > 0) return;
      const paragraph = paragraphs.at(-1);
      // A fallback repeats its alternative for older software.
      if (name === 'Fallback') skipped = elements.length;
      else if (name === 'p') paragraphs.push({ text: '', styleId: null, listId: null, headingLevel: null });
      else if (name === 'tbl') tableDepth++;
      else if (name === 'tr' && tableDepth === 1) cells = [];
      else if (name === 'tc' && tableDepth === 1) [cell, span] = ['', 1];
      else if (name === 'gridSpan' && tableDepth === 1) span = Math.min(Number(attribute('val')) || 1, MAX_SPAN);
      else if (name === 'lastRenderedPageBreak') pageBreak();
      else if (name === 'br' && attribute('type') === 'page') pageBreak();
      else if (name === 'br' && paragraph !== undefined) paragraph.text += '\n';
      else if (paragraph !== undefined) openInParagraph(paragraph, element);
    },
    text(text: string) {
      const paragraph = paragraphs.at(-1);
      if (skipped === 0 && elements.at(-1) === 't' && paragraph !== undefined) paragraph.text += text;
    },
    close(name: string) {
      const depth = elements.length;
      elements.pop();
      if (skipped > 0) {
        if (depth === skipped) skipped = 0;
        return;
      }
      if (name === 'p') {
        const paragraph = paragraphs.pop();
        if (paragraph !== undefined) write(paragraph);
      } else if (name === 'tc' && tableDepth === 1) cells.push(cell, ...Array<string>(span - 1).fill(''));
      else if (name === 'tr' && tableDepth === 1) writer.row(cells);
      else if (name === 'tbl' && --tableDepth === 0) writer.endTable();
    },
  };
}
