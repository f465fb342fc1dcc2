import type { Transaction } from 'kysely';
import { type V1Status, v1StatusOf } from '../domain/classifier-v1.ts';
import type { JobStatus } from '../domain/job.ts';
import type { Timestamp } from '../lib/clock.ts';
import type { Tables } from './schema.ts';

/** Where a group counts its jobs that have ended; null = the job is open. */
const COLUMNS = {
  PENDING: null,
  RUNNING: null,
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<JobStatus, keyof Tables['job_groups'] | null>;

/**
 * Counts a job that has just ended in its group, if it has one.
 *
 * @returns the v1 job that has ended with it, if one has.
 */
export async function advanceGroup(
  transaction: Transaction<Tables>,
  job: { id: string; status: JobStatus; updated_at: Timestamp; error_message?: string | null },
): Promise<{ jobId: string; projectId: string; status: V1Status } | null> {
  const column = COLUMNS[job.status];
  if (column === null) return null;
  const group = await transaction
    .updateTable('job_groups')
    .set((eb) => ({
      [column]: eb(column, '+', 1),
      updated_at: job.updated_at,
      ...(job.error_message && { error_message: eb.fn.coalesce('error_message', eb.val(job.error_message)) }),
    }))
    .where('id', '=', (eb) => eb.selectFrom('classify_jobs').select('group_id').where('classify_jobs.id', '=', job.id))
    .returning(['id', 'kind', 'project_id', 'total', 'completed', 'failed', 'cancelled'])
    .executeTakeFirst();
  if (group?.kind !== 'v1') return null;
  const status = v1StatusOf(group);
  return status === 'PENDING' ? null : { jobId: group.id, projectId: group.project_id, status };
}
