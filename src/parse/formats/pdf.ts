import { readFile } from 'node:fs/promises';
import type { LiteParseConfig, ParsedPage } from '@llamaindex/liteparse';
import type { Page } from '../../domain/document.ts';
import { selectPages } from '../../domain/page-ranges.ts';
import { AppError } from '../../errors.ts';
import type { Format, FormatContext } from '../format.ts';

/**
 * Pages read at a time: few at first, so that the number of pages is known and checked early, then many. Batches keep
 * the geometry of a long document, which is far larger than its text, from being in memory at once.
 */
const FIRST_BATCH = 16;
const NEXT_BATCH = 200;

/**
 * A page with a picture and less text of its own than this is a scan with a stamp or a page number on it. A page
 * with more is read as it is: its pictures are logos and figures, and OCR of a page costs a hundred times its text.
 */
const SCAN_MAX_CHARACTERS = 200;

/** Share of the page a picture covers from which on it may be the page's content. */
const SCAN_MIN_COVERAGE = 0.3;

/** Resolution of the test whether a page shows anything. Low, because it only looks for a second colour. */
const BLANK_TEST_DPI = 36;

/**
 * PDF. Costs what the selected pages cost, not what the document has. OCR only for pages that show something which is
 * not in their text: scans, outlined fonts, text in fonts without a usable encoding.
 */
export const pdf: Format = {
  kinds: ['pdf'],
  async read(file, context) {
    const bytes = await readFile(file.path);
    const pages: Page[] = [];
    let totalPages = Number.POSITIVE_INFINITY;
    let wanted: number[] | null = null;
    // The size of the document is unknown until the first batch is read, which may therefore ask for too much.
    let batch = firstNumbers(selectPages(totalPages, context.selection), FIRST_BATCH);
    for (let done = 0; batch.length > 0; batch = wanted.slice(done, done + NEXT_BATCH)) {
      const result = await parse(bytes, batch, { includeComplexity: true });
      if (wanted === null) {
        totalPages = result.totalPages;
        wanted = context.select(totalPages);
        batch = batch.filter((number) => number <= totalPages);
      }
      pages.push(...(await withOcr(bytes, result.pages, context)));
      done += batch.length;
    }
    return { totalPages, pages };
  },
};

function firstNumbers(numbers: Iterable<number>, count: number): number[] {
  const first: number[] = [];
  for (const number of numbers) {
    first.push(number);
    if (first.length === count) break;
  }
  return first;
}

async function withOcr(bytes: Buffer, parsed: ParsedPage[], context: FormatContext): Promise<Page[]> {
  const unread: number[] = [];
  for (const page of parsed) {
    if (mayBeScan(page) && !(await isBlank(bytes, page.pageNum))) unread.push(page.pageNum);
  }
  const recognised = new Map<number, string>();
  if (unread.length > 0) {
    const { folder, language } = await context.ocrData();
    const ocr = { ocrEnabled: true, ocrLanguage: language, tessdataPath: folder, dpi: 300 };
    for (const page of (await parse(bytes, unread, ocr)).pages) recognised.set(page.pageNum, page.text);
  }
  return parsed.map((page) => ({ number: page.pageNum, text: recognised.get(page.pageNum) ?? page.text }));
}

function mayBeScan({ complexity }: ParsedPage): boolean {
  if (complexity === undefined || !complexity.needsOcr) return false;
  if (complexity.isGarbled || complexity.textLength === 0) return true;
  const pictured = complexity.fullPageImage || complexity.imageCoverage >= SCAN_MIN_COVERAGE;
  return pictured && complexity.textLength < SCAN_MAX_CHARACTERS;
}

/** One colour all over. Saves a third of a second of OCR, and the need of OCR data for a document with empty pages. */
async function isBlank(bytes: Buffer, pageNumber: number): Promise<boolean> {
  const { LiteParse } = await import('@llamaindex/liteparse');
  const [shot] = await new LiteParse({ quiet: true, dpi: BLANK_TEST_DPI }).screenshot(bytes, [pageNumber]);
  return shot?.isSolidFill ?? false;
}

async function parse(bytes: Buffer, pageNumbers: readonly number[], options: Partial<LiteParseConfig>) {
  const { LiteParse } = await import('@llamaindex/liteparse');
  const parser = new LiteParse({
    ocrEnabled: false,
    numWorkers: 1,
    quiet: true,
    outputFormat: 'text',
    maxPages: pageNumbers.length,
    targetPages: pageNumbers.join(','),
    ...options,
  });
  try {
    return await parser.parse(bytes);
  } catch (cause) {
    throw pdfFault(cause);
  }
}

/** liteparse has one error class and no codes: its message is all there is. */
function pdfFault(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/password|encrypt/i.test(message)) {
    return new AppError('PDF_IS_PROTECTED', 'The PDF needs a password to be opened.', { cause });
  }
  if (/ocr|tess/i.test(message)) {
    return new AppError('INTERNAL_ERROR', 'The scanned pages of the PDF could not be read.', { cause });
  }
  return new AppError('PDF_IS_BROKEN', 'The PDF cannot be opened: it is damaged or incomplete.', { cause });
}
