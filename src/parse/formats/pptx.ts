import { BlockWriter, blocksPage } from '../blocks.ts';
import type { Format, FormatPage } from '../format.ts';
import { mainPart, relationships } from '../ooxml.ts';
import { readXml, type XmlElement } from '../xml.ts';
import { openZip, type Zip } from '../zip.ts';

/**
 * PowerPoint presentations (ECMA-376 part 1, PresentationML). A page is a slide with its speaker notes. Only the slides
 * that are asked for are unpacked.
 */
export const pptx: Format = {
  kinds: ['pptx'],
  async read({ bytes }, context) {
    const zip = await openZip(bytes);
    const main = await mainPart(zip);
    const slides = await slideParts(zip, main);
    const pages: FormatPage[] = [];
    for (const number of context.select(slides.length)) {
      const slide = slides[number - 1]!;
      const writer = new BlockWriter();
      await readXml(zip.stream(slide), drawingHandlers(writer));
      for (const { type, target } of (await relationships(zip, slide)).values()) {
        if (type === 'notesSlide' && zip.has(target)) await readXml(zip.stream(target), drawingHandlers(writer));
      }
      pages.push(blocksPage(number, writer.pages.flat()));
    }
    return { totalPages: slides.length, pages };
  },
};

/** Names of the slides in the order they are shown in. */
async function slideParts(zip: Zip, main: string): Promise<string[]> {
  const related = await relationships(zip, main);
  const slides: string[] = [];
  await readXml(zip.stream(main), {
    open({ name, attribute }) {
      if (name !== 'sldId') return;
      // The slide's own id has the same name without a prefix, so it is the relationship's that is asked for.
      const target = related.get(attribute('r:id') ?? attribute('id') ?? '')?.target;
      if (target !== undefined && zip.has(target)) slides.push(target);
    },
  });
  return slides;
}

/** Placeholders that repeat on every slide or in the notes, and say nothing of it. */
const REPEATED_PLACEHOLDERS = ['sldNum', 'dt', 'sldImg', 'hdr'];

/** Writes what stands on a slide: titles as headings, paragraphs with bullets as lists, tables. */
function drawingHandlers(writer: BlockWriter) {
  const elements: string[] = [];
  let placeholder = '';
  let paragraph: { text: string; marker: 'bullet' | 'number' | null } | null = null;
  let cells: string[] = [];
  let cell: string[] | null = null;
  let skipped = 0;

  return {
    open({ name, attribute }: XmlElement) {
      elements.push(name);
      if (skipped > 0) return;
      if (name === 'Fallback') skipped = elements.length;
      else if (name === 'sp') placeholder = '';
      else if (name === 'ph') placeholder = attribute('type') ?? 'body';
      else if (name === 'p') paragraph = { text: '', marker: null };
      else if (name === 'tr') cells = [];
      else if (name === 'tc') cell = [];
      else if (paragraph === null) return;
      else if (name === 'buChar') paragraph.marker = 'bullet';
      else if (name === 'buAutoNum') paragraph.marker = 'number';
      else if (name === 'br') paragraph.text += '\n';
      else if (name === 'tab' && elements.at(-2) !== 'tabLst') paragraph.text += '\t';
    },
    text(text: string) {
      if (skipped === 0 && paragraph !== null && elements.at(-1) === 't') paragraph.text += text;
    },
    close(name: string) {
      const depth = elements.length;
      elements.pop();
      if (skipped > 0) {
        if (depth === skipped) skipped = 0;
        return;
      }
      if (name === 'p' && paragraph !== null) {
        const { text, marker } = paragraph;
        paragraph = null;
        if (cell !== null) cell.push(text);
        else if (REPEATED_PLACEHOLDERS.includes(placeholder)) return;
        else if (placeholder === 'title' || placeholder === 'ctrTitle') writer.heading(1, text);
        else if (placeholder === 'subTitle') writer.heading(2, text);
        else if (marker !== null) writer.item(marker === 'number', text);
        else writer.text(text);
      } else if (name === 'tc' && cell !== null) {
        cells.push(cell.join('\n'));
        cell = null;
      } else if (name === 'tr') writer.row(cells);
      else if (name === 'tbl') writer.endTable();
      else if (name === 'sp') placeholder = '';
    },
  };
}
