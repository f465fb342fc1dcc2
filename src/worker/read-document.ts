import type { DiskBlobs } from '../blobs/disk.ts';
import { putPages, readPages } from '../blobs/pages.ts';
import type { ParsedDocument, ReadOptions } from '../domain/document.ts';
import type { StoredFile } from '../domain/file.ts';
import { AppError } from '../errors.ts';
import { newId } from '../lib/ids.ts';
import type { Parser } from '../parse/parser.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { findFile } from '../store/files.ts';
import {
  findReading,
  type NewParseJob,
  recordReading,
  restoreResult,
  type StoredParseJob,
} from '../store/parse-jobs.ts';
import {
  type FoundResult,
  findFileOfResult,
  findResult,
  forgetResult,
  type ResultKey,
  recordResult,
} from '../store/parse-results.ts';
import type { FetchDeps } from './input-file.ts';

/** What reading documents takes. */
export interface ReadDeps extends FetchDeps {
  db: Database;
  blobs: DiskBlobs;
  parser: Parser;
  /** Called after so many bytes of pages or gists have been stored. */
  resultStored(sizeBytes: number): void;
}

/** The pages of a document, and the result that has them. */
export interface Reading {
  document: ParsedDocument;
  result: FoundResult;
}

/**
 * Makes sure that there is a result of reading this file so; returns its key.
 *
 * @param privateTo the parse job that is to have a result of its own, read anew; null = it shares one.
 */
export async function ensureResult(
  file: StoredFile,
  options: ReadOptions,
  { privateTo }: { privateTo: string | null },
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<ResultKey> {
  const key = keyOf(file, options, deps.parser.version, privateTo);
  if (await findResult(deps.db, key)) return key;
  await read(file, options, deps, signal, (stored) =>
    inTransaction(deps.db, (transaction) => recordResult(transaction, key, stored)),
  );
  return key;
}

/** The pages of a file and a parse job that shows them: those of an earlier reading, or freshly read. */
export async function readOnce(
  file: StoredFile,
  options: ReadOptions,
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<Reading & { parseJobId: string }> {
  const key = keyOf(file, options, deps.parser.version, null);
  const fields: NewParseJob = {
    project_id: file.projectId,
    name: file.name,
    tier: 'fast',
    user_metadata: null,
    inputId: file.id,
    request: { options, disableCache: false, parameters: null },
  };
  const earlier = await findReading(deps.db, key, fields);
  if (earlier) {
    const document = await pagesOf(earlier.blobKey, key, deps);
    if (document) {
      return { parseJobId: earlier.parseJobId, document, result: { ...key, blobKey: earlier.blobKey } };
    }
  }
  const { parseJobId, document, blobKey } = await read(file, options, deps, signal, (stored) =>
    recordReading(deps.db, key, { ...fields, ...stored }),
  );
  return { parseJobId, document, result: { ...key, blobKey } };
}

/** The pages that a parse job has read: its result, or, where that was evicted, the file read again. */
export async function readAgain(
  parse: StoredParseJob,
  key: ResultKey,
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<Reading> {
  const found = await findResult(deps.db, key);
  const kept = found && (await pagesOf(found.blobKey, key, deps));
  if (kept) return { document: kept, result: { ...key, blobKey: found.blobKey } };
  const fileId = await findFileOfResult(deps.db, key);
  const file = fileId && (await findFile(deps.db, key.projectId, fileId));
  if (!file) throw new AppError('FILE_NOT_FOUND', 'What the parse job has read is not kept any more, nor is its file.');
  const { options, disableCache } = parse.request;
  const newKey = keyOf(file, options, deps.parser.version, disableCache ? parse.id : null);
  const { document, blobKey } = await read(file, options, deps, signal, (stored) =>
    restoreResult(deps.db, parse.id, newKey, stored),
  );
  return { document, result: { ...newKey, blobKey } };
}

/** A result of its own is the same in a namespace of its own. */
function keyOf(file: StoredFile, options: ReadOptions, parserVersion: string, privateTo: string | null): ResultKey {
  const { lang, maxPages, targetPages } = options;
  const parts = [parserVersion, lang, maxPages, targetPages, ...(privateTo === null ? [] : [privateTo])];
  return { projectId: file.projectId, contentHash: file.contentHash, cacheKey: JSON.stringify(parts) };
}

/** Null = the blob is gone, although it was there a moment ago; then so is its row. */
async function pagesOf(blobKey: string, key: ResultKey, { db, blobs }: ReadDeps): Promise<ParsedDocument | null> {
  const document = await readPages(blobs, blobKey);
  if (document === null) await forgetResult(db, key, blobKey);
  return document;
}

/**
 * Reads a file and stores its pages.
 *
 * @param record makes the stored pages findable; what it returns says where they are, or null that the file is gone.
 */
async function read<Record extends { blobKey: string }>(
  file: StoredFile,
  options: ReadOptions,
  { blobs, parser, resultStored }: ReadDeps,
  signal: AbortSignal,
  record: (stored: { blobKey: string; sizeBytes: number }) => Promise<Record | null>,
): Promise<Record & { document: ParsedDocument }> {
  const document = await parser.parse({ path: blobs.path(file.blobKey), name: file.name }, { ...options, signal });
  const blobKey = `parses/${newId('parseJob')}`;
  const sizeBytes = await putPages(blobs, blobKey, document);
  const recorded = await record({ blobKey, sizeBytes });
  if (recorded?.blobKey !== blobKey) await blobs.remove(blobKey);
  if (!recorded) throw new AppError('FILE_NOT_FOUND', 'The file was deleted before it was read.');
  resultStored(sizeBytes);
  return { ...recorded, document };
}
