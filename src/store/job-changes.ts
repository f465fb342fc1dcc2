import type { Transaction } from 'kysely';
import type { JobStatus } from '../domain/job.ts';
import type { Tables } from './schema.ts';

/** What every kind of job has in common when its status changes. */
export interface ChangedJob {
  id: string;
  project_id: string;
  status: JobStatus;
  updated_at: string;
}

/** A job that has just got the status it carries. */
export interface JobChange {
  kind: 'classify' | 'parse';
  job: ChangedJob;
  /** The status it had until now; null = the job is new. */
  before: JobStatus | null;
}

/**
 * Everything that follows from a change of a job's status happens here, in the transaction that changes it: an event
 * exists exactly when its change does, whatever is killed when. Every writer of a status calls this.
 */
export async function recordChange(transaction: Transaction<Tables>, { kind, job }: JobChange): Promise<void> {
  await transaction
    .insertInto('job_events')
    .values({
      project_id: job.project_id,
      kind,
      job_id: job.id,
      status: job.status,
      created_at: job.updated_at,
    })
    .execute();
}
