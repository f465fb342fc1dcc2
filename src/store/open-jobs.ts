import type { Transaction } from 'kysely';
import { AppError } from '../errors.ts';
import { countOpenJobs } from './job-counts.ts';
import type { Tables } from './schema.ts';

/** When a job will end is not known; clients that come every few seconds are no burden. */
const RETRY_AFTER_MS = 2_000;

/**
 * Refuses jobs that have just been written where the project has too many now. Counted after they were added: whoever
 * adds others at the same time waits for the counter.
 *
 * @param maxOpenJobs null = any number.
 * @throws AppError `too_many_jobs`: the transaction has to be undone.
 */
export async function refuseTooManyJobs(
  transaction: Transaction<Tables>,
  projectId: string,
  maxOpenJobs: number | null,
): Promise<void> {
  if (maxOpenJobs === null || (await countOpenJobs(transaction, projectId)) <= maxOpenJobs) return;
  throw new AppError('too_many_jobs', `The project may have ${maxOpenJobs} open jobs; wait until some have ended.`, {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
