import { CompiledQuery, type Insertable, type Transaction } from 'kysely';
import { type ClassifyJob, isTerminal, type JobStatus } from '../domain/job.ts';
import { AppError } from '../errors.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import { type Database, inTransaction } from './database.ts';
import { recordChange, recordChanges } from './job-changes.ts';
import { countOpenJobs } from './job-counts.ts';
import { after as keysetAfter } from './keyset.ts';
import type { Tables } from './schema.ts';

/** Which jobs of a project to list; a filter that is undefined does not apply, all others must hold together. */
export interface ClassifyJobFilter {
  projectId: string;
  status?: JobStatus | undefined;
  configurationId?: string | undefined;
  jobIds?: readonly string[] | undefined;
  createdOnOrAfter?: Timestamp | undefined;
  createdOnOrBefore?: Timestamp | undefined;
}

/** Where in the order (newest first) a page ended. */
export interface JobPosition {
  createdAt: Timestamp;
  id: string;
}

/** Jobs rendered as JSON objects, and where the next page begins: null = this was the last one. */
export interface RenderedPage {
  bodies: string[];
  next: JobPosition | null;
}

/** What a job is created with. */
export type NewClassifyJob = Omit<
  ClassifyJob,
  'status' | 'document_input_value' | 'result' | 'error_message' | 'created_at' | 'updated_at'
> & {
  /** Stored id of the input: `dfl-…` or `pjb-…`. */
  inputId: string;
  /** The group it is created with; it is written in the same transaction. */
  groupId?: string | undefined;
};

/**
 * Writes a PENDING job. It is durable, and can be claimed, when this resolves. Where the project already has a job with
 * the same `transaction_id`, that one is returned instead and `created` is false, however many such calls run at once.
 *
 * @param maxOpenJobs see `insertPendingJobs`.
 */
export async function insertClassifyJob(
  db: Database,
  fields: NewClassifyJob,
  { maxOpenJobs }: { maxOpenJobs: number | null } = { maxOpenJobs: null },
): Promise<{ body: string; created: boolean }> {
  return inTransaction(db, async (transaction) => {
    const [body] = await insertPendingJobs(transaction, [fields], { maxOpenJobs });
    if (body !== undefined) return { body, created: true };
    const original = await findClassifyJobByTransaction(transaction, fields.project_id, fields.transaction_id!);
    return { body: original!, created: false };
  });
}

/**
 * Writes PENDING jobs of one project, in their order, and returns them rendered. Those whose `transaction_id` the project
 * has already are left out.
 *
 * @param maxOpenJobs how many jobs of the project may be open when these are written; null = any number.
 * @throws AppError `too_many_jobs` when there would be more: the transaction has to be undone.
 */
export async function insertPendingJobs(
  transaction: Transaction<Tables>,
  jobs: readonly NewClassifyJob[],
  { maxOpenJobs }: { maxOpenJobs: number | null },
): Promise<string[]> {
  const inserted: ClassifyJob[] = [];
  const bodies: string[] = [];
  for (let at = 0; at < jobs.length; at += MAX_ROWS) {
    const pending = jobs.slice(at, at + MAX_ROWS).map(pendingJob);
    const rows = await transaction
      .insertInto('classify_jobs')
      .values(pending.map(({ row }) => row))
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'transaction_id']).where('transaction_id', 'is not', null).doNothing(),
      )
      .returning('id')
      .execute();
    const written = new Set(rows.map((row) => row.id));
    for (const { job, row } of pending.filter(({ job: { id } }) => written.has(id))) {
      inserted.push(job);
      bodies.push(row.body);
    }
  }
  if (inserted.length === 0) return [];
  await recordChanges(
    transaction,
    inserted.map((job) => ({ kind: 'classify', job, before: null })),
  );
  // Counted after they were added: whoever adds others at the same time waits for the counter.
  const projectId = inserted[0]!.project_id;
  if (maxOpenJobs !== null && (await countOpenJobs(transaction, projectId)) > maxOpenJobs) {
    throw new AppError('too_many_jobs', `The project may have ${maxOpenJobs} open jobs; wait until some have ended.`, {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  return bodies;
}

/** When a job will end is not known; clients that come every few seconds are no burden. */
const RETRY_AFTER_MS = 2_000;

/** Rows of one statement: SQLite binds at most 32,766 values. */
const MAX_ROWS = 500;

function pendingJob({ inputId, groupId, ...fields }: NewClassifyJob): {
  job: ClassifyJob;
  row: Insertable<Tables['classify_jobs']> & { body: string };
} {
  const createdAt = now();
  const job: ClassifyJob = {
    id: fields.id,
    project_id: fields.project_id,
    user_id: fields.user_id,
    status: 'PENDING',
    document_input_type: fields.document_input_type,
    file_input: fields.file_input,
    document_input_value: fields.file_input,
    configuration: fields.configuration,
    configuration_id: fields.configuration_id,
    parse_job_id: fields.parse_job_id,
    result: null,
    error_message: null,
    transaction_id: fields.transaction_id,
    created_at: createdAt,
    updated_at: createdAt,
  };
  const row = {
    id: job.id,
    project_id: job.project_id,
    status: job.status,
    configuration_id: job.configuration_id,
    transaction_id: job.transaction_id,
    created_at: createdAt,
    body: JSON.stringify(job),
    input_id: inputId,
    claimable_at: createdAt,
    attempt: 0,
    details: null,
    group_id: groupId ?? null,
  };
  return { job, row };
}

/** The rendered job and its status, or null when the project has none with that id. */
export async function findClassifyJob(
  db: Database,
  projectId: string,
  id: string,
): Promise<{ body: string; status: JobStatus } | null> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(findSql(db), [id, projectId]));
  return (rows[0] as { body: string; status: JobStatus } | undefined) ?? null;
}

// The most frequent query by far, so it is built once: building it anew costs as much as running it.
const findSqlOf = new WeakMap<Database, string>();
function findSql(db: Database): string {
  let text = findSqlOf.get(db);
  if (text === undefined) {
    const query = db
      .selectFrom('classify_jobs')
      .select(['body', 'status'])
      .where('id', '=', '')
      .where('project_id', '=', '');
    text = query.compile().sql;
    findSqlOf.set(db, text);
  }
  return text;
}

/** The rendered job that was created with this idempotency key, or null. */
export async function findClassifyJobByTransaction(
  db: Database,
  projectId: string,
  transactionId: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('classify_jobs')
    .select('body')
    .where('project_id', '=', projectId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst();
  return row?.body ?? null;
}

/**
 * Lists jobs, newest first. The cost depends on `limit` alone, not on how many jobs there are. A job that exists when a
 * walk over the pages begins, and keeps fitting the filter, is on exactly one page.
 */
export async function listClassifyJobs(
  db: Database,
  filter: ClassifyJobFilter,
  { limit, after }: { limit: number; after: JobPosition | null },
): Promise<RenderedPage> {
  let query = db
    .selectFrom('classify_jobs')
    .select('body')
    .where('project_id', '=', filter.projectId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    // One row more than asked tells whether there is a next page, so that no token ever leads to an empty one.
    .limit(limit + 1);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.configurationId !== undefined) query = query.where('configuration_id', '=', filter.configurationId);
  if (filter.jobIds !== undefined) query = query.where('id', 'in', filter.jobIds);
  if (filter.createdOnOrAfter !== undefined) query = query.where('created_at', '>=', filter.createdOnOrAfter);
  if (filter.createdOnOrBefore !== undefined) query = query.where('created_at', '<=', filter.createdOnOrBefore);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, NEWEST_FIRST, [after.createdAt, after.id]));

  const bodies = (await query.execute()).map((row) => row.body);
  if (bodies.length <= limit) return { bodies, next: null };
  bodies.pop();
  // Reading the position from one body is cheaper than fetching two more columns of every row.
  const last: ClassifyJob = JSON.parse(bodies.at(-1)!);
  return { bodies, next: { createdAt: last.created_at, id: last.id } };
}

const NEWEST_FIRST = [
  { column: 'created_at', direction: 'desc' },
  { column: 'id', direction: 'desc' },
] as const;

/**
 * Cancels a job that has not ended. A worker that runs it loses its lease at once.
 *
 * @returns the rendered job and whether this call cancelled it (false: it had ended before); null = no such job.
 */
export async function cancelClassifyJob(
  db: Database,
  projectId: string,
  id: string,
): Promise<{ body: string; status: JobStatus; cancelled: boolean } | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('classify_jobs')
      .select('body')
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    if (!row) return null;
    const job: ClassifyJob = JSON.parse(row.body);
    if (isTerminal(job.status)) return { body: row.body, status: job.status, cancelled: false };
    const cancelled: ClassifyJob = { ...job, status: 'CANCELLED', updated_at: now() };
    const body = JSON.stringify(cancelled);
    await transaction
      .updateTable('classify_jobs')
      .set({ status: cancelled.status, body, claimable_at: null })
      .where('id', '=', id)
      .execute();
    await recordChange(transaction, { kind: 'classify', job: cancelled, before: job.status });
    return { body, status: cancelled.status, cancelled: true };
  });
}

/** The rendered job and what its worker wrote about the result as JSON (null = nothing yet); null = no such job. */
export async function findJobDetails(
  db: Database,
  projectId: string,
  id: string,
): Promise<{ body: string; details: string | null } | null> {
  const row = await db
    .selectFrom('classify_jobs')
    .select(['body', 'details'])
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ?? null;
}
