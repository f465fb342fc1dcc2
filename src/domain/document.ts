import { z } from 'zod';

/** A part of a page, as the document itself structures it. Text is plain: no markup of any kind. */
export const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heading'), level: z.int().min(1).max(6), text: z.string() }),
  /** A paragraph, or several; lines separated by "\n". */
  z.object({ type: z.literal('text'), text: z.string() }),
  /** Nested lists come flattened, in reading order. */
  z.object({ type: z.literal('list'), ordered: z.boolean(), items: z.array(z.string()) }),
  /** Rows of cells; the first row is the head if the document has one. Rows may differ in length. */
  z.object({ type: z.literal('table'), rows: z.array(z.array(z.string())) }),
]);
export type Block = z.infer<typeof Block>;

/**
 * One page of a read document. What a page is depends on the format: a PDF page, a slide, a sheet, a block of text. The
 * defaults are what parses stored before these fields existed mean.
 */
export const Page = z.object({
  /** 1-based position in the whole document, also when only some pages were read. */
  number: z.int().min(1),
  /** Plain text in reading order, lines separated by "\n". May be empty (a blank page), never "could not be read". */
  text: z.string(),
  /** Size in points (1/72 inch); null where pages have no size, as in text and spreadsheets. */
  width: z.number().positive().nullable().default(null),
  height: z.number().positive().nullable().default(null),
  /** How sure OCR is of the text, 0..1; null when the text comes from the document itself. */
  confidence: z.number().min(0).max(1).nullable().default(null),
  /** The page in parts; null when the document does not say what its parts are. */
  blocks: z.array(Block).nullable().default(null),
});
export type Page = z.infer<typeof Page>;

/** What classification needs of a page. */
export type PageText = Pick<Page, 'number' | 'text'>;

/** The text of a document as the parser read it: what the engine classifies. */
export const ParsedDocument = z.object({
  /** Kind found from the bytes, as an extension without dot: `pdf`, `docx`, `png`, `txt`, … */
  kind: z.string(),
  /** Pages in the document, read or not. */
  totalPages: z.int().min(0),
  /** The pages that were asked for, in order. */
  pages: z.array(Page),
});
export type ParsedDocument = z.infer<typeof ParsedDocument>;

/** Which part of a document to read, and in which language its scans are written. */
export interface ReadOptions {
  /** ISO 639-1 code; chooses the OCR data. Default of the API: `en`. */
  lang: string;
  /** Read at most this many pages (after `targetPages`); null = all. */
  maxPages: number | null;
  /** 1-based pages and inclusive ranges, `"1,3,5-7"`; null = all. Pages beyond the end are dropped. */
  targetPages: string | null;
}
