import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page, ParsedDocument, ReadOptions } from '../domain/document.ts';
import { type PageRange, parsePageRanges } from '../domain/page-ranges.ts';
import { AppError } from '../errors.ts';
import { MAX_ATTACHMENTS, readAttachments } from './attachments.ts';
import { fileBytes } from './byte-source.ts';
import type { FormatContext, FormatPage } from './format.ts';
import { formatOf, kindOf, readFormat } from './kinds.ts';
import { placeOcrData } from './ocr-data.ts';
import { PageSelector } from './page-selector.ts';
import { cleanBlocks, cleanPageText, cutToBytes } from './page-text.ts';
import type { DocumentSource } from './parser.ts';

/** Bounds on a document, beside those the process that reads it is held to from outside. */
export interface ReadLimits {
  /** Folder for what is made once and used by every document, such as unpacked OCR data. */
  dataDir: string;
  /** More pages than this are refused (TOO_MANY_PAGES), unless `targetPages` or `maxPages` select fewer. */
  maxPages: number;
  /** UTF-8 bytes of text kept of a document; what comes after is dropped, as pages that are empty. */
  maxOutputBytes: number;
}

/**
 * Reads a document in this process: find out what it is, let its format read it, bound and clean the text.
 *
 * @throws AppError with a capital-letter code; anything else is a fault of the server.
 */
export async function readDocument(
  source: DocumentSource,
  options: ReadOptions,
  limits: ReadLimits,
): Promise<ParsedDocument> {
  const kind = await unlessDeleted(kindOf(fileBytes(source.path), source.name));
  const format = formatOf(kind);
  const context = formatContext(options, limits);
  const bytes = await unlessDeleted(readFile(source.path));
  const { totalPages, pages } = await readFormat(format, { bytes, kind }, context);
  if (pages.length === 0 && totalPages > 0) {
    throw new AppError(
      'NO_PAGES_SELECTED',
      `target_pages "${options.targetPages}" names no page of the document, which has ${totalPages}.`,
    );
  }
  const bounded = boundPages(pages, limits.maxOutputBytes);
  if (bounded.every(({ text }) => text === '')) {
    throw new AppError('NO_DATA_FOUND_IN_FILE', 'No text was found in the pages of the document that were read.');
  }
  return { kind, totalPages, pages: bounded };
}

async function unlessDeleted<Result>(reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AppError('FILE_NOT_FOUND', 'The file was deleted before it was read.', { cause });
    if (code === 'EISDIR')
      throw new AppError('UNSUPPORTED_FILE_TYPE', 'It is a folder, which cannot be read.', { cause });
    throw cause;
  }
}

function boundPages(pages: readonly FormatPage[], maxBytes: number): Page[] {
  let bytesLeft = maxBytes;
  return pages.map(({ text, blocks = null, width = null, height = null, confidence = null, number }) => {
    const kept = cutToBytes(cleanPageText(text), bytesLeft);
    bytesLeft -= Buffer.byteLength(kept);
    return { number, text: kept, width, height, confidence, blocks: blocks && cleanBlocks(blocks, kept) };
  });
}

function formatContext(options: ReadOptions, limits: ReadLimits): FormatContext {
  const selector = new PageSelector(
    { ranges: rangesOf(options.targetPages), maxPages: options.maxPages },
    limits.maxPages,
  );
  const budget = { left: MAX_ATTACHMENTS };
  const contextAt = (offset: number, depth: number): FormatContext => ({
    selection: selector.selection(offset),
    select: (totalPages) => selector.select(offset, totalPages),
    async ocrData() {
      const folder = join(limits.dataDir, 'tessdata');
      return { folder, language: await placeOcrData(options.lang, folder) };
    },
    attachments: (ownPages, attached) =>
      readAttachments(attached, (at) => contextAt(at, depth + 1), { offset: offset + ownPages, depth, budget }),
  });
  return contextAt(0, 0);
}

function rangesOf(targetPages: string | null): readonly PageRange[] | null {
  if (targetPages === null) return null;
  const parsed = parsePageRanges(targetPages);
  if ('problem' in parsed) throw new AppError('NO_PAGES_SELECTED', `target_pages: ${parsed.problem}`);
  return parsed.ranges;
}
