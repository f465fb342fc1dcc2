import type { StoredFile } from '../domain/file.ts';
import { type Database, inTransaction } from './database.ts';
import type { JobKind } from './job-changes.ts';
import { JOB_TABLES } from './job-rows.ts';
import { after as keysetAfter, type OrderColumn } from './keyset.ts';
import { deleteResultsWithoutFile } from './parse-results.ts';
import type { Tables } from './schema.ts';

export const FILE_ORDER_COLUMNS = ['name', 'id', 'created_at'] as const;
export type FileOrder = OrderColumn<(typeof FILE_ORDER_COLUMNS)[number]>[];

export interface FileFilter {
  projectId: string;
  fileIds?: readonly string[] | undefined;
  name?: string | undefined;
  externalFileId?: string | undefined;
}

export async function insertFile(db: Database, file: StoredFile): Promise<void> {
  await db
    .insertInto('files')
    .values({
      id: file.id,
      project_id: file.projectId,
      name: file.name,
      file_type: file.fileType,
      external_file_id: file.externalFileId,
      purpose: file.purpose,
      size_bytes: file.sizeBytes,
      content_hash: file.contentHash,
      blob_key: file.blobKey,
      created_at: file.createdAt,
      updated_at: file.updatedAt,
    })
    .execute();
}

/** Writes a file unless there is one with its id already, and returns the one there is. */
export async function insertFileOnce(db: Database, file: StoredFile): Promise<StoredFile> {
  return db.transaction().execute(async (transaction) => {
    const earlier = await findFile(transaction, file.projectId, file.id);
    if (earlier) return earlier;
    await insertFile(transaction, file);
    return file;
  });
}

/**
 * Writes a file, or gives its content, name and purpose to the newest file of the project with the same
 * `externalFileId`, which keeps its id and creation. Without an `externalFileId` it is always a new file.
 *
 * @returns the file as it is now, and keys of the blobs that nothing refers to any more.
 */
export async function upsertFile(
  db: Database,
  file: StoredFile,
): Promise<{ file: StoredFile; unusedBlobKeys: string[] }> {
  return db.transaction().execute(async (transaction) => {
    const earlier =
      file.externalFileId === null
        ? undefined
        : await transaction
            .selectFrom('files')
            .selectAll()
            .where('project_id', '=', file.projectId)
            .where('external_file_id', '=', file.externalFileId)
            .orderBy('created_at', 'desc')
            .limit(1)
            .executeTakeFirst();
    if (!earlier) {
      await insertFile(transaction, file);
      return { file, unusedBlobKeys: [] };
    }
    await transaction
      .updateTable('files')
      .set({
        name: file.name,
        file_type: file.fileType,
        purpose: file.purpose,
        size_bytes: file.sizeBytes,
        content_hash: file.contentHash,
        blob_key: file.blobKey,
        updated_at: file.updatedAt,
      })
      .where('id', '=', earlier.id)
      .execute();
    const content = { projectId: file.projectId, contentHash: earlier.content_hash };
    return {
      file: { ...file, id: earlier.id, createdAt: earlier.created_at },
      unusedBlobKeys: [earlier.blob_key, ...(await deleteResultsWithoutFile(transaction, content))],
    };
  });
}

/**
 * Writes a file that a worker has fetched for a job, and makes the job be about it. False = the job is not about that URL
 * any more, or has ended: then nothing refers to the file.
 */
export async function keepFetchedFile(
  db: Database,
  kind: JobKind,
  { jobId, attempt, url }: { jobId: string; attempt: number; url: string },
  file: StoredFile,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable(JOB_TABLES[kind])
      .set({ input_id: file.id })
      .where('id', '=', jobId)
      .where('attempt', '=', attempt)
      .where('input_id', '=', url)
      .where('claimable_at', 'is not', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) return false;
    await insertFile(transaction, file);
    return true;
  });
}

/** The file of that project, or null. */
export async function findFile(db: Database, projectId: string, id: string): Promise<StoredFile | null> {
  const row = await db
    .selectFrom('files')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ? fileOfRow(row) : null;
}

/** The file with that id, whatever its project: only for links that were signed for it. */
export async function findFileOfAnyProject(db: Database, id: string): Promise<StoredFile | null> {
  const row = await db.selectFrom('files').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fileOfRow(row) : null;
}

/**
 * Lists files in the given order, which ends with a unique column.
 *
 * @returns the files, and the values of the order's columns at the end of the page (null = this was the last one).
 */
export async function listFiles(
  db: Database,
  filter: FileFilter,
  { limit, order, after }: { limit: number; order: FileOrder; after: readonly string[] | null },
): Promise<{ files: StoredFile[]; next: string[] | null }> {
  let query = db
    .selectFrom('files')
    .selectAll()
    .where('project_id', '=', filter.projectId)
    .limit(limit + 1);
  for (const { column, direction } of order) query = query.orderBy(column, direction);
  if (filter.fileIds !== undefined) query = query.where('id', 'in', filter.fileIds);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.externalFileId !== undefined) query = query.where('external_file_id', '=', filter.externalFileId);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, order, after));

  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    files: page.map(fileOfRow),
    next: rows.length > limit && last ? order.map(({ column }) => last[column]) : null,
  };
}

/**
 * Deletes a file's row, and what was read from its content when no other file of the project has the same bytes.
 *
 * @returns keys of the blobs that nothing refers to any more; null = no such file.
 */
export async function deleteFile(db: Database, projectId: string, id: string): Promise<string[] | null> {
  return inTransaction(db, async (transaction) => {
    const file = await transaction
      .deleteFrom('files')
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .returning(['blob_key', 'content_hash'])
      .executeTakeFirst();
    if (!file) return null;
    const content = { projectId, contentHash: file.content_hash };
    return [file.blob_key, ...(await deleteResultsWithoutFile(transaction, content))];
  });
}

function fileOfRow(row: Tables['files']): StoredFile {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    fileType: row.file_type,
    externalFileId: row.external_file_id,
    purpose: row.purpose,
    // PostgreSQL hands out its 64-bit integers as text.
    sizeBytes: Number(row.size_bytes),
    contentHash: row.content_hash,
    blobKey: row.blob_key,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
