import { extname, join } from 'node:path';
import type { ParsedDocument, ReadOptions } from '../domain/document.ts';
import { type PageRange, parsePageRanges, selectPages } from '../domain/page-ranges.ts';
import { AppError } from '../errors.ts';
import type { FormatContext } from './format.ts';
import { FORMATS } from './formats.ts';
import { placeOcrData } from './ocr-data.ts';
import { cleanPageText, cutToBytes } from './page-text.ts';
import type { DocumentSource } from './parser.ts';
import { sniff } from './sniff.ts';

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
  const sniffed = await sniff(source.path, source.name).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new AppError('FILE_NOT_FOUND', 'The file was deleted before it was read.', { cause });
  });
  const kind = trustName(sniffed, source.name);
  if (kind === 'empty') throw new AppError('NO_DATA_FOUND_IN_FILE', 'The file is empty.');
  if (kind === 'encrypted-office')
    throw new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.');
  const format = FORMATS.find(({ kinds }) => kinds.includes(kind));
  if (format === undefined) throw unsupported(kind);

  const context = formatContext(options, limits);
  const result = await format.read({ path: source.path, kind }, context).catch((cause: unknown) => {
    if (cause instanceof AppError || isSystemError(cause)) throw cause;
    throw new AppError('FILE_IS_BROKEN', 'The file cannot be opened: it is damaged or incomplete.', { cause });
  });

  let bytesLeft = limits.maxOutputBytes;
  const pages = result.pages.map(({ text, ...page }) => {
    const kept = cutToBytes(cleanPageText(text), bytesLeft);
    bytesLeft -= Buffer.byteLength(kept);
    return { width: null, height: null, confidence: null, blocks: null, ...page, text: kept };
  });
  if (pages.every(({ text }) => text === '')) {
    throw new AppError('NO_DATA_FOUND_IN_FILE', 'No text was found in the pages of the document that were read.');
  }
  return { kind, totalPages: result.totalPages, pages };
}

/** A disk that is full or failing says nothing about the document. */
function isSystemError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}

/**
 * When bytes say no more than "an archive" or "nothing known", the document is taken for what its name says if that is
 * a kind we read: what is wrong with it is then said by the format (damaged), not by us (unsupported).
 */
function trustName(kind: string, name: string): string {
  if (kind !== 'zip' && kind !== 'binary' && kind !== 'cfb') return kind;
  const extension = extname(name).slice(1).toLowerCase();
  const zipped = ['docx', 'pptx', 'xlsx', 'odt', 'odp', 'ods', 'epub'];
  const claimed = kind === 'zip' ? zipped : [...zipped, 'pdf', 'png', 'jpg', 'webp', 'bmp', 'gif', 'tiff', 'rtf'];
  return claimed.includes(extension) ? extension : kind;
}

function formatContext(options: ReadOptions, limits: ReadLimits): FormatContext {
  const selection = { ranges: rangesOf(options.targetPages), maxPages: options.maxPages };
  return {
    selection,
    async ocrData() {
      const folder = join(limits.dataDir, 'tessdata');
      return { folder, language: await placeOcrData(options.lang, folder) };
    },
    select(totalPages) {
      const numbers: number[] = [];
      for (const number of selectPages(totalPages, selection)) {
        if (numbers.length === limits.maxPages) {
          throw new AppError(
            'TOO_MANY_PAGES',
            `The document has ${totalPages} pages and the server reads at most ${limits.maxPages}; select fewer with max_pages or target_pages.`,
          );
        }
        numbers.push(number);
      }
      if (numbers.length === 0 && totalPages > 0) {
        throw new AppError(
          'NO_PAGES_SELECTED',
          `target_pages "${options.targetPages}" names no page of the document, which has ${totalPages}.`,
        );
      }
      return numbers;
    },
  };
}

function rangesOf(targetPages: string | null): readonly PageRange[] | null {
  if (targetPages === null) return null;
  const parsed = parsePageRanges(targetPages);
  if ('problem' in parsed) throw new AppError('NO_PAGES_SELECTED', `target_pages: ${parsed.problem}`);
  return parsed.ranges;
}

/** Names of kinds that people send and no format reads. Others are named by their extension. */
const UNSUPPORTED_NAMES: Readonly<Record<string, string>> = {
  doc: 'a Word document in the old binary format (doc)',
  xls: 'an Excel workbook in the old binary format (xls)',
  ppt: 'a PowerPoint presentation in the old binary format (ppt)',
  msg: 'an Outlook message (msg)',
  vsd: 'a Visio drawing (vsd)',
  ps: 'a PostScript program (ps)',
  cfb: 'an OLE compound file of an unknown kind',
  zip: 'a zip archive',
  binary: 'binary data of an unknown kind',
};

function unsupported(kind: string): AppError {
  const name = UNSUPPORTED_NAMES[kind] ?? `a file of type "${kind}"`;
  return new AppError('UNSUPPORTED_FILE_TYPE', `The file is ${name}, which cannot be read.`);
}
