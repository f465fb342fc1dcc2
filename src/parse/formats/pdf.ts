import type { FormField, ParsedPage } from '@llamaindex/liteparse';
import { selectPages } from '../../domain/page-ranges.ts';
import { AppError } from '../../errors.ts';
import type { Format, FormatContext, FormatPage } from '../format.ts';
import { isGarbled } from '../garbled.ts';
import { callLiteparse, isBlankPage, recognisePage, recognisePicture } from '../liteparse.ts';
import { pdfBlocks } from '../pdf-blocks.ts';

/**
 * Pages read at a time: few at first, so that the number of pages is known and checked early, then many. Batches keep
 * the geometry of a long document, which is far larger than its text, from being in memory at once.
 */
const FIRST_BATCH = 16;
const NEXT_BATCH = 200;

/** No PDF has more pages; larger numbers are not numbers to liteparse. */
const MOST_PAGES = 100_000_000;

/**
 * A page with a picture and less text of its own than this is a scan with a stamp or a page number on it. A page
 * with more is read as it is: its pictures are logos and figures, and OCR takes a hundred times longer than its text.
 */
const SCAN_MAX_CHARACTERS = 200;

/** Share of the page a picture covers from which on it may be the page's content. */
const SCAN_MIN_COVERAGE = 0.3;

/**
 * PDF. Costs what the selected pages cost, not what the document has. OCR only for pages that show something which is
 * not in their text: scans, outlined fonts, text in fonts without a usable encoding.
 */
export const pdf: Format = {
  kinds: ['pdf'],
  async read(file, context) {
    const bytes = withoutPreamble(file.bytes);
    try {
      return await readPages(bytes, context);
    } catch (cause) {
      throw pdfFault(cause);
    }
  },
};

/** Other bytes may stand before the header, as mail gateways and web servers leave them; liteparse wants none. */
function withoutPreamble(bytes: Buffer): Buffer {
  return bytes.subarray(Math.max(0, bytes.subarray(0, 2048).indexOf('%PDF-')));
}

async function readPages(bytes: Buffer, context: FormatContext) {
  const pages: FormatPage[] = [];
  // How many pages there are is unknown until the first batch is read, which may therefore ask for too many.
  const { ranges, maxPages } = context.selection;
  const atFirst = Math.min(maxPages ?? FIRST_BATCH, FIRST_BATCH);
  const hoped = [...selectPages(MOST_PAGES, { ranges, maxPages: atFirst })];
  const first = await readText(bytes, hoped.length > 0 ? hoped : [1]);
  const wanted = context.select(first.totalPages);
  const wantedAtFirst = first.pages.filter(({ pageNum }) => wanted.includes(pageNum));
  pages.push(...(await withOcr(bytes, wantedAtFirst, context)));
  while (pages.length < wanted.length) {
    const batch = await readText(bytes, wanted.slice(pages.length, pages.length + NEXT_BATCH));
    pages.push(...(await withOcr(bytes, batch.pages, context)));
  }
  return { totalPages: first.totalPages, pages };
}

async function readText(bytes: Buffer, pageNumbers: readonly number[]) {
  const result = await callLiteparse(bytes, {
    targetPages: pageNumbers.join(','),
    maxPages: pageNumbers.length,
    includeComplexity: true,
    extractFormFields: true,
    extractBlocks: true,
    // Otherwise letterheads, and lines that repeat on every page, are missing in the blocks.
    keepHeadersFooters: true,
  });
  const readable = pageNumbers.filter((number) => number <= result.totalPages).length;
  if (result.pages.length !== readable) throw new Error(`${result.pages.length} of ${readable} pages were returned`);
  return result;
}

async function withOcr(bytes: Buffer, parsed: readonly ParsedPage[], context: FormatContext): Promise<FormatPage[]> {
  const pages: FormatPage[] = [];
  for (const page of parsed) {
    const { pageNum: number, width, height } = page;
    const isScan = mayBeScan(page) && !(await isBlankPage(bytes, number));
    const form = formLines(page.formFields ?? []);
    if (isScan) {
      const recognise = isGarbled(page.text) ? recognisePicture : recognisePage;
      const recognised = { width, height, ...(await recognise(bytes, number, context)) };
      pages.push({ number, ...recognised, text: [recognised.text, ...form].join('\n') });
    } else {
      const blocks = pdfBlocks(page.blocks ?? [], page.text);
      if (form.length > 0) blocks?.push({ type: 'text', text: form.join('\n') });
      pages.push({ number, width, height, text: [page.text, ...form].join('\n'), blocks });
    }
  }
  return pages;
}

/** What was filled into a form: `Label: value` for each field. Values are drawn by viewers and not part of the text. */
function formLines(fields: readonly FormField[]): string[] {
  return fields.flatMap((field) => {
    const label = field.alternateName || field.name || '';
    if (field.type === 'checkbox' || field.type === 'radiobutton') return field.checked ? [`${label}: yes`] : [];
    if (field.type === 'pushbutton' || field.type === 'signature') return [];
    const value = field.selectedOptions?.join(', ') || field.value;
    return value?.trim() ? [`${label}: ${value.trim()}`] : [];
  });
}

function mayBeScan({ complexity, text }: ParsedPage): boolean {
  if (isGarbled(text)) return true;
  if (complexity === undefined || !complexity.needsOcr) return false;
  if (complexity.isGarbled || complexity.textLength === 0) return true;
  const pictured = complexity.fullPageImage || complexity.imageCoverage >= SCAN_MIN_COVERAGE;
  return pictured && complexity.textLength < SCAN_MAX_CHARACTERS;
}

function pdfFault(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  // Password and damage come as the same kind of error: only the message differs.
  if (cause instanceof Error && /password/i.test(cause.message)) {
    return new AppError('PDF_IS_PROTECTED', 'The PDF needs a password to be opened.', { cause });
  }
  return new AppError('PDF_IS_BROKEN', 'The PDF cannot be opened: it is damaged or incomplete.', { cause });
}
