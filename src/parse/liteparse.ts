import type { LiteParseConfig, ParsedPage, ParseResult } from '@llamaindex/liteparse';
import { AppError } from '../errors.ts';
import type { FormatContext } from './format.ts';

/** Higher is slower and, measured on receipts, forms and photographs, no better. */
const OCR_DPI = 300;

/** Resolution of the test whether a page shows anything. Low, because it only looks for a second colour. */
const BLANK_TEST_DPI = 36;

/**
 * One call of liteparse, without OCR unless asked for. Give it bytes, never a path: it would go by the extension.
 *
 * @throws whatever liteparse throws: errors without codes.
 */
export async function callLiteparse(bytes: Buffer, options: Partial<LiteParseConfig>): Promise<ParseResult> {
  const { LiteParse } = await import('@llamaindex/liteparse');
  return new LiteParse({ ocrEnabled: false, numWorkers: 1, quiet: true, outputFormat: 'text', ...options }).parse(
    bytes,
  );
}

/** What OCR saw on a page. */
export interface RecognisedPage {
  text: string;
  /** Size of the page in points. */
  width: number;
  height: number;
  /** Mean over the characters, 0..1; null when there are none. */
  confidence: number | null;
}

/**
 * Text of one page of a PDF or of an image, by OCR. "" means there is none. One page a call: of several pages in one
 * call, liteparse leaves those empty whose OCR failed, unless all did.
 *
 * @throws AppError OCR_UNAVAILABLE without data for the language; what liteparse throws when the page cannot be drawn.
 */
export async function recognisePage(
  bytes: Buffer,
  pageNumber: number,
  context: FormatContext,
): Promise<RecognisedPage> {
  const { folder, language } = await context.ocrData();
  const result = await callLiteparse(bytes, {
    ocrEnabled: true,
    ocrLanguage: language,
    tessdataPath: folder,
    dpi: OCR_DPI,
    targetPages: String(pageNumber),
  }).catch((cause: unknown) => {
    if (!isOcrFailure(cause)) throw cause;
    throw new AppError('INTERNAL_ERROR', `The text of page ${pageNumber} could not be recognised.`, { cause });
  });
  const page = result.pages[0];
  if (page === undefined) throw new Error(`page ${pageNumber} was not returned`);
  const { text, width, height, textItems } = page;
  return { text, width, height, confidence: meanConfidence(textItems) };
}

/**
 * The same for a page whose embedded text is of no use: what the page looks like is recognised, because liteparse keeps
 * embedded text where there is some. The size is that of the page.
 *
 * @throws as `recognisePage`.
 */
export async function recognisePicture(
  bytes: Buffer,
  pageNumber: number,
  context: FormatContext,
): Promise<Pick<RecognisedPage, 'text' | 'confidence'>> {
  const { LiteParse } = await import('@llamaindex/liteparse');
  const [shot] = await new LiteParse({ quiet: true, dpi: OCR_DPI }).screenshot(bytes, [pageNumber]);
  if (shot === undefined) throw new Error(`page ${pageNumber} was not drawn`);
  const { text, confidence } = await recognisePage(shot.imageBuffer, 1, context);
  return { text, confidence };
}

function meanConfidence(items: ParsedPage['textItems']): number | null {
  let sum = 0;
  let characters = 0;
  for (const { text, confidence = 1 } of items) {
    sum += confidence * text.length;
    characters += text.length;
  }
  return characters === 0 ? null : sum / characters;
}

/** liteparse has one error class and no codes, so the beginning of its message is all there is to go by. */
function isOcrFailure(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('OCR failed');
}

/** Whether a page shows one colour all over. Takes a few milliseconds where OCR of an empty page takes 300. */
export async function isBlankPage(bytes: Buffer, pageNumber: number): Promise<boolean> {
  const { LiteParse } = await import('@llamaindex/liteparse');
  const [shot] = await new LiteParse({ quiet: true, dpi: BLANK_TEST_DPI }).screenshot(bytes, [pageNumber]);
  return shot?.isSolidFill ?? false;
}
