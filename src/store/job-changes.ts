import type { Transaction } from 'kysely';
import { type ClassifyResult, isTerminal, type JobStatus } from '../domain/job.ts';
import { advanceGroup } from './group-progress.ts';
import { applyCounts, type CountChange } from './job-counts.ts';
import type { Tables } from './schema.ts';
import { wakeWaiting } from './waiting-jobs.ts';
import { enqueueDeliveries, type StatusChange } from './webhook-outbox.ts';

export type JobKind = 'classify' | 'parse';

/** What every kind of job has in common when its status changes. */
export interface ChangedJob {
  id: string;
  project_id: string;
  status: JobStatus;
  updated_at: string;
  error_message?: string | null;
  /** Of classify jobs. */
  result?: ClassifyResult | null;
}

/** A job that has just got the status it carries. */
export interface JobChange {
  kind: JobKind;
  job: ChangedJob;
  /** The status it had until now; null = the job is new. */
  before: JobStatus | null;
  /** Of a new job: whether it has webhooks. Of a job that has been there they are looked up. */
  hasWebhooks?: boolean;
}

/** Rows of one statement: SQLite binds at most 32,766 values. */
const MAX_ROWS = 500;

/** Does what follows from the change of one job's status. */
export async function recordChange(transaction: Transaction<Tables>, change: JobChange): Promise<void> {
  await recordChanges(transaction, [change]);
}

/**
 * Everything that follows from changes of jobs' statuses happens here, in the transaction that changes them: an event
 * exists, and a count is right, exactly when the change is there, whatever is killed when. Every writer of a status calls
 * this.
 */
export async function recordChanges(transaction: Transaction<Tables>, changes: readonly JobChange[]): Promise<void> {
  for (let at = 0; at < changes.length; at += MAX_ROWS) {
    await transaction
      .insertInto('job_events')
      .values(
        changes.slice(at, at + MAX_ROWS).map(({ kind, job }) => ({
          project_id: job.project_id,
          kind,
          job_id: job.id,
          status: job.status,
          created_at: job.updated_at,
        })),
      )
      .execute();
  }
  await applyCounts(
    transaction,
    changes.flatMap(({ kind, job, before }): CountChange[] => {
      const now = { ...countOf(kind, job), by: 1 };
      return before === null ? [now] : [now, { projectId: job.project_id, kind, status: before, by: -1 }];
    }),
  );
  const notified = changes.filter(({ before, hasWebhooks }) => before !== null || hasWebhooks);
  const events = notified.map(({ kind, job }) => statusChangeOf(kind, job));
  for (const { kind, job, before } of changes) {
    if (kind === 'classify') {
      const group = await advanceGroup(transaction, job);
      if (group) events.push({ product: 'classify', ...group, at: job.updated_at, ended: true });
      // Nobody can wait for a job that has ended when it is written.
    } else if (before !== null && isTerminal(job.status)) await wakeWaiting(transaction, job.id);
  }
  await enqueueDeliveries(transaction, events);
}

function statusChangeOf(kind: JobKind, job: ChangedJob): StatusChange {
  return {
    product: kind,
    jobId: job.id,
    projectId: job.project_id,
    status: job.status,
    at: job.updated_at,
    ended: isTerminal(job.status),
  };
}

/** Takes jobs that are being deleted out of the counts. */
export async function recordDeletions(
  transaction: Transaction<Tables>,
  kind: JobKind,
  jobs: readonly Pick<ChangedJob, 'project_id' | 'status' | 'result'>[],
): Promise<void> {
  await applyCounts(
    transaction,
    jobs.map((job) => ({ ...countOf(kind, job), by: -1 })),
  );
}

function countOf(kind: JobKind, job: Pick<ChangedJob, 'project_id' | 'status' | 'result'>) {
  const type = job.status === 'COMPLETED' && job.result ? job.result.type : undefined;
  return { projectId: job.project_id, kind, status: job.status, type };
}
