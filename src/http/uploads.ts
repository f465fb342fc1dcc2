import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { DiskBlobs } from '../blobs/disk.ts';
import { fileTypeOf, type StoredFile } from '../domain/file.ts';
import { AppError } from '../errors.ts';
import { now } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { limitBytes } from '../lib/limit-bytes.ts';
import type { Database } from '../store/database.ts';
import { insertFile, insertFileOnce, upsertFile } from '../store/files.ts';
import { RequestValidationError } from './error-response.ts';

const MAX_NAME_CHARACTERS = 1_000;
const MAX_FIELD_CHARACTERS = 255;

/** What is said about a file beside its bytes. */
export interface FileMetadata {
  name: string;
  purpose: string | null;
  externalFileId: string | null;
}

/** A multipart body: its text fields, and the file part, already in blob storage. */
interface ReceivedForm {
  fields: Map<string, string>;
  file: { name: string; blob: StoredBlob } | null;
}

interface StoredBlob {
  fileId: string;
  blobKey: string;
  sizeBytes: number;
  contentHash: string;
}

/** Takes files in: bytes go to blob storage as they arrive, and a row is written once all of them are there. */
export class FileUploads {
  readonly #db: Database;
  readonly #blobs: DiskBlobs;
  readonly #maxUploadBytes: number;

  constructor(deps: { db: Database; blobs: DiskBlobs; maxUploadBytes: number }) {
    this.#db = deps.db;
    this.#blobs = deps.blobs;
    this.#maxUploadBytes = deps.maxUploadBytes;
  }

  /**
   * Receives a multipart request, its parts in any order.
   *
   * @param describe makes the metadata out of the form's text fields; what it throws refuses the upload.
   * @param replace whether a file of the project with the same `externalFileId` gets these bytes, name and purpose
   *   instead of a new file being made.
   * @throws AppError `bad_request` without a usable file part, `too_large` over the limit.
   */
  async receive(
    request: FastifyRequest,
    projectId: string,
    fileField: string,
    describe: (fields: ReadonlyMap<string, string>) => Omit<FileMetadata, 'name'>,
    { replace = false }: { replace?: boolean } = {},
  ): Promise<StoredFile> {
    if (!request.isMultipart()) throw noFilePart(fileField);
    const form: ReceivedForm = { fields: new Map(), file: null };
    try {
      for await (const part of arriving(request.parts())) {
        if (part.type === 'field') {
          if (part.fieldname === fileField) throw new AppError('bad_request', 'File must have a filename.');
          form.fields.set(part.fieldname, String(part.value));
        } else if (part.fieldname === fileField) {
          if (!part.filename) throw new AppError('bad_request', 'File must have a filename.');
          form.file = { name: part.filename, blob: await this.#store(arriving(part.file)) };
          // The parser cuts a part at the limit and only marks it.
          if (part.file.truncated) throw this.#tooLarge();
        } else {
          part.file.resume();
        }
      }
      if (!form.file) throw noFilePart(fileField);
      const metadata = { name: form.file.name, ...describe(form.fields) };
      const file = this.#fileOf(projectId, form.file.blob, metadata);
      return replace ? await this.#replace(file) : await this.#insert(file);
    } catch (error) {
      if (form.file) await this.#blobs.remove(form.file.blob.blobKey);
      throw error;
    }
  }

  /** Stores bytes that come from elsewhere, up to the upload limit. */
  async save(bytes: Readable, projectId: string, metadata: FileMetadata): Promise<StoredFile> {
    const blob = await this.#store(limitBytes(bytes, this.#maxUploadBytes));
    try {
      return await this.#insert(this.#fileOf(projectId, blob, metadata));
    } catch (error) {
      await this.#blobs.remove(blob.blobKey);
      throw error;
    }
  }

  /**
   * Stores the bytes of a file that was announced with its id. The same bytes once more change nothing.
   *
   * @throws AppError `bad_request` when they are not as many as announced; `conflict` when the file has other bytes.
   */
  async saveAnnounced(
    bytes: Readable,
    {
      fileId,
      projectId,
      sizeBytes,
      ...metadata
    }: FileMetadata & { fileId: string; projectId: string; sizeBytes: number | null },
  ): Promise<StoredFile> {
    const blob = { ...(await this.#store(limitBytes(arriving(bytes), this.#maxUploadBytes))), fileId };
    try {
      if (sizeBytes !== null && sizeBytes !== blob.sizeBytes) {
        throw new AppError(
          'bad_request',
          `The file was announced with ${sizeBytes} bytes and came with ${blob.sizeBytes}.`,
        );
      }
      const file = this.#fileOf(projectId, blob, metadata);
      const stored = await insertFileOnce(this.#db, file);
      if (stored.contentHash !== file.contentHash) {
        throw new AppError('conflict', `File ${fileId} has been uploaded already, with other bytes.`);
      }
      if (stored.blobKey !== file.blobKey) await this.#blobs.remove(file.blobKey);
      return stored;
    } catch (error) {
      await this.#blobs.remove(blob.blobKey);
      throw error;
    }
  }

  /** @throws AppError `too_large` for a file of that size. */
  assertFits(sizeBytes: number): void {
    if (sizeBytes > this.#maxUploadBytes) throw this.#tooLarge();
  }

  async #store(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const fileId = newId('file');
    const blobKey = `files/${fileId}`;
    return { fileId, blobKey, ...(await this.#blobs.put(blobKey, bytes)) };
  }

  async #insert(file: StoredFile): Promise<StoredFile> {
    await insertFile(this.#db, file);
    return file;
  }

  async #replace(file: StoredFile): Promise<StoredFile> {
    const { file: stored, unusedBlobKeys } = await upsertFile(this.#db, file);
    for (const key of unusedBlobKeys) await this.#blobs.remove(key);
    return stored;
  }

  /** What the row of a file will say. @throws AppError or RequestValidationError for what cannot be accepted. */
  #fileOf(projectId: string, blob: StoredBlob, metadata: FileMetadata): StoredFile {
    if (blob.sizeBytes === 0) throw new AppError('bad_request', 'Uploaded file is empty.');
    if (metadata.name.length > MAX_NAME_CHARACTERS) throw tooLong('file', MAX_NAME_CHARACTERS);
    if ((metadata.purpose?.length ?? 0) > MAX_FIELD_CHARACTERS) throw tooLong('purpose', MAX_FIELD_CHARACTERS);
    if ((metadata.externalFileId?.length ?? 0) > MAX_FIELD_CHARACTERS) {
      throw tooLong('external_file_id', MAX_FIELD_CHARACTERS);
    }
    const at = now();
    return {
      id: blob.fileId,
      projectId,
      ...metadata,
      fileType: fileTypeOf(metadata.name),
      sizeBytes: blob.sizeBytes,
      contentHash: blob.contentHash,
      blobKey: blob.blobKey,
      createdAt: at,
      updatedAt: at,
    };
  }

  #tooLarge(): AppError {
    return new AppError('too_large', `The file is larger than ${this.#maxUploadBytes} bytes.`);
  }
}

/** Passes on what a client sends. A fault while it arrives is not the server's: the form is broken or was cut off. */
async function* arriving<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    // The framework's own refusals, of too many parts for example, say what they mean.
    if (error instanceof Error && 'statusCode' in error) throw error;
    throw new AppError('bad_request', 'The multipart body is malformed or ends too early.', { cause: error });
  }
}

function noFilePart(field: string): AppError {
  return new AppError('bad_request', `${field} field is required for multipart requests.`);
}

function tooLong(field: string, max: number): RequestValidationError {
  const msg = `String should have at most ${max} characters`;
  return new RequestValidationError([{ type: 'string_too_long', loc: ['body', field], msg, ctx: { max_length: max } }]);
}
