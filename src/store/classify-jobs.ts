import { CompiledQuery } from 'kysely';
import { type ClassifyJob, isTerminal, type JobStatus } from '../domain/job.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import { type Database, inTransaction } from './database.ts';
import { recordChange } from './job-changes.ts';
import { after as keysetAfter } from './keyset.ts';

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
};

/**
 * Writes a PENDING job. It is durable, and can be claimed, when this resolves. Where the project already has a job with
 * the same `transaction_id`, that one is returned instead and `created` is false, however many such calls run at once.
 */
export async function insertClassifyJob(
  db: Database,
  { inputId, ...fields }: NewClassifyJob,
): Promise<{ body: string; created: boolean }> {
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
  const body = JSON.stringify(job);
  const inserted = await inTransaction(db, async (transaction) => {
    const row = await transaction
      .insertInto('classify_jobs')
      .values({
        id: job.id,
        project_id: job.project_id,
        status: job.status,
        configuration_id: job.configuration_id,
        transaction_id: job.transaction_id,
        created_at: createdAt,
        body,
        input_id: inputId,
        claimable_at: createdAt,
        attempt: 0,
        details: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'transaction_id']).where('transaction_id', 'is not', null).doNothing(),
      )
      .returning('id')
      .executeTakeFirst();
    if (row) await recordChange(transaction, { kind: 'classify', job, before: null });
    return row;
  });
  if (inserted) return { body, created: true };
  const original = await findClassifyJobByTransaction(db, job.project_id, job.transaction_id!);
  return { body: original!, created: false };
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
