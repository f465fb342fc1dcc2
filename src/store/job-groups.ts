import type { Selectable } from 'kysely';
import type { ClassifyJob } from '../domain/job.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import { insertPendingJobs, type NewClassifyJob } from './classify-jobs.ts';
import type { Database } from './database.ts';
import { after as keysetAfter } from './keyset.ts';
import type { Tables } from './schema.ts';
import { attachWebhooks, enqueueDeliveries, type NewEndpoint } from './webhook-outbox.ts';

export type GroupKind = Tables['job_groups']['kind'];

/** Jobs that one request created, and how far they are. */
export interface JobGroup {
  id: string;
  projectId: string;
  userId: string;
  transactionId: string | null;
  /** What the request said, as whoever created the group wrote it down. */
  request: unknown;
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** Why the first job that failed did. */
  errorMessage: string | null;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

export interface NewJobGroup {
  id: string;
  kind: GroupKind;
  projectId: string;
  userId: string;
  transactionId: string | null;
  request: unknown;
  /** Who is told of the changes of the group itself, which is for v1 jobs only. */
  webhooks?: readonly NewEndpoint[];
}

/**
 * Writes a group and its PENDING jobs in one transaction: all of them are durable when this resolves, or none is there.
 * Where the project already has a group with the same idempotency key, that one is returned and `created` is false.
 *
 * @param maxOpenJobs see `insertPendingJobs`.
 */
export async function insertJobGroup(
  db: Database,
  group: NewJobGroup,
  jobs: readonly Omit<NewClassifyJob, 'groupId'>[],
  { maxOpenJobs }: { maxOpenJobs: number | null },
): Promise<{ group: JobGroup; created: boolean }> {
  return db.transaction().execute(async (transaction) => {
    const at = now();
    const row = await transaction
      .insertInto('job_groups')
      .values({
        id: group.id,
        kind: group.kind,
        project_id: group.projectId,
        user_id: group.userId,
        transaction_id: group.transactionId,
        request: JSON.stringify(group.request),
        total: jobs.length,
        error_message: null,
        created_at: at,
        updated_at: at,
      })
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'transaction_id']).where('transaction_id', 'is not', null).doNothing(),
      )
      .returningAll()
      .executeTakeFirst();
    if (!row) {
      const original = await findJobGroupByTransaction(transaction, group.projectId, group.transactionId!);
      return { group: original!, created: false };
    }
    if (group.webhooks?.length) {
      await attachWebhooks(transaction, [{ jobId: group.id, webhooks: group.webhooks }]);
      const pending = { jobId: group.id, projectId: group.projectId, status: 'PENDING', at, ended: false } as const;
      await enqueueDeliveries(transaction, [{ product: 'classify', ...pending }]);
    }
    await insertPendingJobs(
      transaction,
      jobs.map((job) => ({ ...job, groupId: group.id })),
      { maxOpenJobs },
    );
    return { group: groupOfRow(row), created: true };
  });
}

/** The group of that kind and project, or null. */
export async function findJobGroup(
  db: Database,
  kind: GroupKind,
  projectId: string,
  id: string,
): Promise<JobGroup | null> {
  const row = await db
    .selectFrom('job_groups')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', kind)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ? groupOfRow(row) : null;
}

/** The group that was created with this idempotency key, or null. */
export async function findJobGroupByTransaction(
  db: Database,
  projectId: string,
  transactionId: string,
): Promise<JobGroup | null> {
  const row = await db
    .selectFrom('job_groups')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst();
  return row ? groupOfRow(row) : null;
}

/** Groups of a kind, newest first; `next` is where the next page begins, null = this was the last one. */
export async function listJobGroups(
  db: Database,
  { kind, projectId }: { kind: GroupKind; projectId: string },
  { limit, after }: { limit: number; after: readonly string[] | null },
): Promise<{ groups: JobGroup[]; next: [createdAt: Timestamp, id: string] | null }> {
  let query = db
    .selectFrom('job_groups')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('kind', '=', kind)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, NEWEST_FIRST, after));
  const rows = await query.execute();
  const groups = rows.slice(0, limit).map(groupOfRow);
  const last = groups.at(-1);
  return { groups, next: rows.length > limit && last ? [last.createdAt, last.id] : null };
}

const NEWEST_FIRST = [
  { column: 'created_at', direction: 'desc' },
  { column: 'id', direction: 'desc' },
] as const;

/** The jobs of a group in the order of the request. */
export async function jobsOfGroup(db: Database, groupId: string): Promise<ClassifyJob[]> {
  const rows = await db
    .selectFrom('classify_jobs')
    .select('body')
    .where('group_id', '=', groupId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => JSON.parse(row.body));
}

function groupOfRow(row: Selectable<Tables['job_groups']>): JobGroup {
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    transactionId: row.transaction_id,
    request: JSON.parse(row.request),
    total: row.total,
    completed: row.completed,
    failed: row.failed,
    cancelled: row.cancelled,
    errorMessage: row.error_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
