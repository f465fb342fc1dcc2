import { readFile } from 'node:fs/promises';
import type { ParsedPage } from '@llamaindex/liteparse';
import { selectPages } from '../../domain/page-ranges.ts';
import { AppError } from '../../errors.ts';
import type { Format, FormatContext, FormatPage } from '../format.ts';
import { callLiteparse, isBlankPage, recognisePage } from '../liteparse.ts';

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
    const bytes = withoutPreamble(await readFile(file.path));
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
  pages.push(...(await withOcr(bytes, first.pages, context)));
  while (pages.length < wanted.length) {
    const batch = await readText(bytes, wanted.slice(pages.length, pages.length + NEXT_BATCH));
    pages.push(...(await withOcr(bytes, batch.pages, context)));
  }
  return { totalPages: first.totalPages, pages };
}

async function readText(bytes: Buffer, pageNumbers: readonly number[]) {
  const targetPages = pageNumbers.join(',');
  const result = await callLiteparse(bytes, { targetPages, maxPages: pageNumbers.length, includeComplexity: true });
  const readable = pageNumbers.filter((number) => number <= result.totalPages).length;
  if (result.pages.length !== readable) throw new Error(`${result.pages.length} of ${readable} pages were returned`);
  return result;
}

async function withOcr(bytes: Buffer, parsed: readonly ParsedPage[], context: FormatContext): Promise<FormatPage[]> {
  const pages: FormatPage[] = [];
  for (const page of parsed) {
    const number = page.pageNum;
    const needsOcr = mayBeScan(page) && !(await isBlankPage(bytes, number));
    pages.push({ number, text: needsOcr ? await recognisePage(bytes, number, context) : page.text });
  }
  return pages;
}

function mayBeScan({ complexity }: ParsedPage): boolean {
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
