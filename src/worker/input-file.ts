import type { DiskBlobs } from '../blobs/disk.ts';
import { fileTypeOf, type StoredFile } from '../domain/file.ts';
import { AppError } from '../errors.ts';
import { now } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { limitBytes } from '../lib/limit-bytes.ts';
import { fetchUntrusted, nameInUrl, type OutboundPolicy } from '../lib/outbound.ts';
import type { ClaimedJob } from '../queue/queue.ts';
import type { Database } from '../store/database.ts';
import { findFile, keepFetchedFile } from '../store/files.ts';

/** What fetching documents takes. */
export interface FetchDeps {
  db: Database;
  blobs: DiskBlobs;
  outbound: OutboundPolicy;
  maxUploadBytes: number;
}

/** The file a job is about. A URL is fetched once: from then on the job is about the file that came of it. */
export async function inputFile(claimed: ClaimedJob, deps: FetchDeps, signal: AbortSignal): Promise<StoredFile> {
  const { job, inputId } = claimed;
  if (/^https?:/i.test(inputId)) return fetchInput(claimed, deps, signal);
  const file = await findFile(deps.db, job.project_id, inputId);
  if (!file) throw new AppError('FILE_NOT_FOUND', 'The file was deleted before it was read.');
  return file;
}

async function fetchInput(
  { kind, lease, job, inputId: url }: ClaimedJob,
  { db, blobs, outbound, maxUploadBytes }: FetchDeps,
  signal: AbortSignal,
): Promise<StoredFile> {
  const id = newId('file');
  const blobKey = `files/${id}`;
  const { sizeBytes, contentHash } = await download(url, outbound, signal, (bytes) =>
    blobs.put(blobKey, limitBytes(bytes, maxUploadBytes)),
  );
  const at = now();
  const name = nameInUrl(url);
  const file: StoredFile = {
    id,
    projectId: job.project_id,
    name,
    fileType: fileTypeOf(name),
    externalFileId: null,
    purpose: kind,
    sizeBytes,
    contentHash,
    blobKey,
    createdAt: at,
    updatedAt: at,
  };
  const kept = sizeBytes > 0 && (await keepFetchedFile(db, kind, { ...lease, url }, file));
  if (kept) return file;
  await blobs.remove(blobKey);
  if (sizeBytes === 0) throw new AppError('URL_NOT_FETCHED', 'The URL answers with an empty file.');
  // Cancelled, or claimed by another worker: whoever has the job now decides.
  throw new AppError('INTERNAL_ERROR', 'The job was taken away while its document was fetched.');
}

/** @throws AppError `URL_NOT_FETCHED` or `DOCUMENT_TOO_LARGE`; the abort reason when `signal` aborts. */
async function download<Stored>(
  url: string,
  outbound: OutboundPolicy,
  signal: AbortSignal,
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<Stored>,
): Promise<Stored> {
  try {
    const response = await fetchUntrusted(url, outbound, { signal });
    try {
      return await store(response);
    } finally {
      response.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'too_large') {
      throw new AppError('DOCUMENT_TOO_LARGE', error.message);
    }
    if (error instanceof AppError) throw new AppError('URL_NOT_FETCHED', error.message, { cause: error.cause });
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw error;
    throw new AppError('URL_NOT_FETCHED', 'The URL could not be fetched: the answer was cut off or took too long.', {
      cause: error,
    });
  }
}
