import type { Insertable, Transaction } from 'kysely';
import type { ClassifyJob } from '../domain/job.ts';
import { now } from '../lib/clock.ts';
import { type Database, inTransaction } from './database.ts';
import { recordChanges } from './job-changes.ts';
import { cancelJob, findJob, type JobFilter, listJobs } from './job-rows.ts';
import { refuseTooManyJobs } from './open-jobs.ts';
import type { Tables } from './schema.ts';
import { waitForParses } from './waiting-jobs.ts';
import { attachWebhooks, type NewEndpoint } from './webhook-outbox.ts';

/** What a job is created with. */
export type NewClassifyJob = Omit<
  ClassifyJob,
  'status' | 'document_input_value' | 'result' | 'error_message' | 'created_at' | 'updated_at'
> & {
  /** Stored id of the input: `dfl-…` or `pjb-…`; a URL is fetched by a worker. */
  inputId: string;
  /** The group it is created with; it is written in the same transaction. */
  groupId?: string | undefined;
  /** Who is told of its changes. */
  webhooks?: readonly NewEndpoint[] | undefined;
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
  const inserted: { job: ClassifyJob; webhooks: readonly NewEndpoint[] }[] = [];
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
    for (const { job, row, webhooks } of pending.filter(({ job: { id } }) => written.has(id))) {
      inserted.push({ job, webhooks });
      bodies.push(row.body);
    }
  }
  if (inserted.length === 0) return [];
  await waitForParses(
    transaction,
    inserted.filter(({ job }) => job.document_input_type === 'parse_job_id').map(({ job }) => job.id),
  );
  const notified = inserted.filter(({ webhooks }) => webhooks.length > 0);
  await attachWebhooks(
    transaction,
    notified.map(({ job, webhooks }) => ({ jobId: job.id, webhooks })),
  );
  await recordChanges(
    transaction,
    inserted.map(({ job, webhooks }) => ({ kind: 'classify', job, before: null, hasWebhooks: webhooks.length > 0 })),
  );
  await refuseTooManyJobs(transaction, inserted[0]!.job.project_id, maxOpenJobs);
  return bodies;
}

/** Rows of one statement: SQLite binds at most 32,766 values. */
const MAX_ROWS = 500;

function pendingJob({ inputId, groupId, webhooks = [], ...fields }: NewClassifyJob): {
  job: ClassifyJob;
  webhooks: readonly NewEndpoint[];
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
  return { job, webhooks, row };
}

/** See `findJob`. */
export const findClassifyJob = (db: Database, projectId: string, id: string) => findJob(db, 'classify', projectId, id);

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

/** See `listJobs`. */
export const listClassifyJobs = (db: Database, filter: JobFilter, page: Parameters<typeof listJobs>[3]) =>
  listJobs(db, 'classify', filter, page);

/** See `cancelJob`. */
export const cancelClassifyJob = (db: Database, projectId: string, id: string) =>
  cancelJob(db, 'classify', projectId, id);

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
