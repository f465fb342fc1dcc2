import type { Page } from '../domain/document.ts';
import type { PageRange } from '../domain/page-ranges.ts';

/** A document whose kind is known, in memory. */
export interface SourceFile {
  bytes: Buffer;
  /** As `sniff` named it, one of the format's `kinds`. */
  kind: string;
}

/** Which pages to read and how. */
export interface PageSelection {
  /** Pages asked for, sorted; null = all. */
  ranges: readonly PageRange[] | null;
  /** Read at most this many of them; null = all. */
  maxPages: number | null;
}

export interface FormatContext {
  /**
   * Path of the folder with the OCR data for the language scans are written in, and the name tesseract knows the language by.
   * @throws AppError OCR_UNAVAILABLE when the data is not installed. Call it only when a page needs OCR.
   */
  ocrData(): Promise<{ folder: string; language: string }>;
  /**
   * The numbers of the pages to return, ascending.
   * @throws AppError NO_PAGES_SELECTED or TOO_MANY_PAGES, so a format calls it before it works on pages.
   */
  select(totalPages: number): number[];
  selection: PageSelection;
  /**
   * Reads documents that are attached to this one, after its own `ownPages` pages. See `readAttachments`.
   */
  attachments(ownPages: number, attached: readonly AttachedFile[]): Promise<AttachedPages>;
}

/** A document inside another. */
export interface AttachedFile {
  name: string;
  bytes: Buffer;
}

export interface AttachedPages {
  /** Pages of all attachments that were read, selected or not. */
  totalPages: number;
  /** The selected ones, numbered after the pages of the document they are attached to. */
  pages: FormatPage[];
  /** What was left out, and why: a sentence each. */
  notRead: string[];
}

/** A page as a format gives it. What it leaves out is null in the document. */
export type FormatPage = Pick<Page, 'number' | 'text'> & Partial<Page>;

/** What a format makes of a file: every selected page, in order. A page that cannot be read is an error, never "". */
export interface FormatResult {
  totalPages: number;
  pages: FormatPage[];
}

/** One way to read documents. A new format is a new file in formats/ and a line in formats.ts. */
export interface Format {
  kinds: readonly string[];
  /** @throws AppError with a capital-letter code; anything else it throws means the file is broken. */
  read(file: SourceFile, context: FormatContext): Promise<FormatResult>;
}
