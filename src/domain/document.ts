import { z } from 'zod';

/** One page of a read document. What a page is depends on the format: a PDF page, a slide, a sheet, a block of text. */
export const Page = z.object({
  /** 1-based position in the whole document, also when only some pages were read. */
  number: z.int().min(1),
  /** Plain text in reading order, lines separated by "\n". May be empty (a blank page), never "could not be read". */
  text: z.string(),
});
export type Page = z.infer<typeof Page>;

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
