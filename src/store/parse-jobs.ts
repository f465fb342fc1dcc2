import type { Insertable } from 'kysely';
import { isTerminal, type JobStatus } from '../domain/job.ts';
import type { ParseJob, ParseRequest } from '../domain/parse-job.ts';
import { AppError } from '../errors.ts';
import { now } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { type Database, inTransaction } from './database.ts';
import { recordChange, recordDeletions } from './job-changes.ts';
import { refuseTooManyJobs } from './open-jobs.ts';
import {
  deleteUnusedResult,
  findFileOfResult,
  findJobOfResult,
  findResult,
  type ResultKey,
  recordResult,
} from './parse-results.ts';
import type { Tables } from './schema.ts';
import { attachWebhooks, type NewEndpoint } from './webhook-outbox.ts';

/** What a parse job is created with. */
export type NewParseJob = Pick<ParseJob, 'project_id' | 'name' | 'tier' | 'user_metadata'> & {
  /** `dfl-…`, or a URL that a worker is to fetch. */
  inputId: string;
  request: ParseRequest;
  /** Who is told of its changes. */
  webhooks?: readonly NewEndpoint[];
};

/** A parse job as workers need it. */
export interface StoredParseJob {
  id: string;
  status: JobStatus;
  errorMessage: string | null;
  inputId: string;
  request: ParseRequest;
  /** Null = it has not read anything. The result itself may be gone. */
  resultKey: ResultKey | null;
}

/**
 * Writes a PENDING parse job. It is durable, and can be claimed, when this resolves.
 *
 * @throws AppError `too_many_jobs` when the project would have more open jobs than `maxOpenJobs` (null = any number).
 */
export async function insertParseJob(
  db: Database,
  fields: NewParseJob,
  { maxOpenJobs }: { maxOpenJobs: number | null } = { maxOpenJobs: null },
): Promise<{ id: string; body: string }> {
  return inTransaction(db, async (transaction) => {
    const { job, row } = jobAndRow(fields, 'PENDING');
    await transaction.insertInto('parse_jobs').values(row).execute();
    const { webhooks = [] } = fields;
    await attachWebhooks(transaction, [{ jobId: job.id, webhooks }]);
    await recordChange(transaction, { kind: 'parse', job, before: null, hasWebhooks: webhooks.length > 0 });
    await refuseTooManyJobs(transaction, job.project_id, maxOpenJobs);
    return { id: job.id, body: row.body };
  });
}

/** The parse job, or null when the project has none with that id. */
export async function findParseJob(db: Database, projectId: string, id: string): Promise<StoredParseJob | null> {
  const row = await db
    .selectFrom('parse_jobs')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (!row) return null;
  const job: ParseJob = JSON.parse(row.body);
  const { content_hash: contentHash, cache_key: cacheKey } = row;
  return {
    id: row.id,
    status: job.status,
    errorMessage: job.error_message,
    inputId: row.input_id,
    request: JSON.parse(row.request),
    resultKey: contentHash === null || cacheKey === null ? null : { projectId, contentHash, cacheKey },
  };
}

/** The project of a parse job: only for links that were signed for it. */
export async function projectOfParseJob(db: Database, id: string): Promise<string | null> {
  const row = await db.selectFrom('parse_jobs').select('project_id').where('id', '=', id).executeTakeFirst();
  return row?.project_id ?? null;
}

/**
 * Whether a classify job can be about this parse job: `yes` while it has not ended, and when what it has read is still
 * there or can be read again because a file of the project has the same content. `gone` = neither; `ended` = it has
 * failed or was cancelled; `unknown` = the project has no such parse job.
 */
export async function isReadable(
  db: Database,
  projectId: string,
  id: string,
): Promise<'yes' | 'gone' | 'ended' | 'unknown'> {
  const job = await findParseJob(db, projectId, id);
  if (!job) return 'unknown';
  if (job.status === 'FAILED' || job.status === 'CANCELLED') return 'ended';
  if (job.resultKey === null || (await findResult(db, job.resultKey))) return 'yes';
  return (await findFileOfResult(db, job.resultKey)) ? 'yes' : 'gone';
}

/** A result that is there, and the parse job that shows it; a job is made where the last one was deleted. */
export async function findReading(
  db: Database,
  key: ResultKey,
  fields: NewParseJob,
): Promise<{ parseJobId: string; blobKey: string } | null> {
  const result = await findResult(db, key);
  if (!result) return null;
  const parseJobId = await findJobOfResult(db, key);
  if (parseJobId !== null) return { parseJobId, blobKey: result.blobKey };
  return recordReading(db, key, { ...fields, blobKey: result.blobKey, sizeBytes: 0 });
}

/**
 * Records what a classify job has read, and a COMPLETED parse job that shows it: an earlier one where there is one. See
 * `recordResult`; null = the file was deleted meanwhile.
 */
export async function recordReading(
  db: Database,
  key: ResultKey,
  reading: NewParseJob & { blobKey: string; sizeBytes: number },
): Promise<{ parseJobId: string; blobKey: string } | null> {
  const { blobKey, sizeBytes, ...fields } = reading;
  return inTransaction(db, async (transaction) => {
    const result = await recordResult(transaction, key, { blobKey, sizeBytes });
    if (!result) return null;
    const earlier = await findJobOfResult(transaction, key);
    if (earlier !== null) return { parseJobId: earlier, blobKey: result.blobKey };
    const { job, row } = jobAndRow(fields, 'COMPLETED');
    await transaction
      .insertInto('parse_jobs')
      .values({ ...row, content_hash: key.contentHash, cache_key: key.cacheKey })
      .execute();
    await recordChange(transaction, { kind: 'parse', job, before: null });
    return { parseJobId: job.id, blobKey: result.blobKey };
  });
}

/** Records what was read again for a parse job whose result was gone; null = the file was deleted meanwhile. */
export async function restoreResult(
  db: Database,
  parseJobId: string,
  key: ResultKey,
  stored: { blobKey: string; sizeBytes: number },
): Promise<{ blobKey: string } | null> {
  return inTransaction(db, async (transaction) => {
    const result = await recordResult(transaction, key, stored);
    if (!result) return null;
    // Another version of the parser may have read it this time.
    await transaction
      .updateTable('parse_jobs')
      .set({ content_hash: key.contentHash, cache_key: key.cacheKey })
      .where('id', '=', parseJobId)
      .execute();
    return result;
  });
}

/**
 * Deletes a parse job that has ended, and its result where no other parse job has it.
 *
 * @returns the status it had and the keys of blobs that nothing refers to any more; null = no such job.
 * @throws AppError `conflict` when it has not ended.
 */
export async function deleteParseJob(db: Database, projectId: string, id: string): Promise<string[] | null> {
  return inTransaction(db, async (transaction) => {
    const job = await findParseJob(transaction, projectId, id);
    if (!job) return null;
    if (!isTerminal(job.status)) {
      throw new AppError('conflict', `Parse job ${id} is ${job.status}; cancel it before deleting it.`);
    }
    await transaction.deleteFrom('parse_jobs').where('id', '=', id).execute();
    await recordDeletions(transaction, 'parse', [{ project_id: projectId, status: job.status }]);
    return job.resultKey === null ? [] : deleteUnusedResult(transaction, job.resultKey);
  });
}

function jobAndRow(
  { inputId, request, ...fields }: NewParseJob,
  status: 'PENDING' | 'COMPLETED',
): { job: ParseJob; row: Insertable<Tables['parse_jobs']> & { body: string } } {
  const createdAt = now();
  const job: ParseJob = {
    id: newId('parseJob'),
    project_id: fields.project_id,
    status,
    error_message: null,
    name: fields.name,
    tier: fields.tier,
    user_metadata: fields.user_metadata,
    created_at: createdAt,
    updated_at: createdAt,
  };
  const row = {
    id: job.id,
    project_id: job.project_id,
    status,
    created_at: createdAt,
    body: JSON.stringify(job),
    input_id: inputId,
    request: JSON.stringify(request),
    claimable_at: status === 'PENDING' ? createdAt : null,
    attempt: 0,
    content_hash: null,
    cache_key: null,
  };
  return { job, row };
}
