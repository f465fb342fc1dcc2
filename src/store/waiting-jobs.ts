import type { Transaction } from 'kysely';
import { now } from '../lib/clock.ts';
import type { Tables } from './schema.ts';

/** `claimable_at` of a classify job that waits for the end of a parse job: no worker takes it, no attempt is used up. */
export const WAITING = '9999-12-31T23:59:59.999999Z';

/** Rows of one statement: SQLite binds at most 32,766 values. */
const MAX_ROWS = 500;

/**
 * Lets those of these new classify jobs wait whose parse job has not ended. In the transaction that writes them: a parse
 * job that ends afterwards finds them.
 */
export async function waitForParses(
  transaction: Transaction<Tables>,
  classifyJobIds: readonly string[],
): Promise<void> {
  for (let at = 0; at < classifyJobIds.length; at += MAX_ROWS) {
    await transaction
      .updateTable('classify_jobs')
      .set({ claimable_at: WAITING })
      .where('id', 'in', classifyJobIds.slice(at, at + MAX_ROWS))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('parse_jobs')
            .select('parse_jobs.id')
            .whereRef('parse_jobs.id', '=', 'classify_jobs.input_id')
            .where('parse_jobs.claimable_at', 'is not', null),
        ),
      )
      .execute();
  }
}

/** A parse job has ended, in whichever way: the classify jobs that wait for it can be taken. */
export async function wakeWaiting(transaction: Transaction<Tables>, parseJobId: string): Promise<void> {
  await transaction
    .updateTable('classify_jobs')
    .set({ claimable_at: now() })
    .where('input_id', '=', parseJobId)
    .where('claimable_at', '=', WAITING)
    .execute();
}
