import { type Selectable, sql } from 'kysely';
import type { EventMessage, WebhookEvent } from '../domain/webhook.ts';
import type { DeliveryAttempt, WebhookDelivery } from '../domain/webhook-delivery.ts';
import { fromNow, now, type Timestamp } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from './database.ts';
import { after as keysetAfter } from './keyset.ts';
import type { Tables } from './schema.ts';
import { removeUnusedEndpoints } from './webhook-outbox.ts';

/** Deliveries of one project to one origin, and since or from when on the first of them may be sent. */
export interface Lane {
  lane: string;
  claimableAt: Timestamp;
}

/** A delivery that was claimed: nobody else sends it until the lease is over. */
export interface ClaimedDelivery {
  id: string;
  /** Number of the lease: a later one makes this one void (a fencing token). */
  lease: number;
  lane: string;
  event: EventMessage;
  endpointId: string;
  /** `WebhookSettings` as JSON, encrypted for the endpoint's id. */
  sealed: string;
  /** What was tried before. */
  attempts: DeliveryAttempt[];
}

/** How a lease ended. */
export type DeliveryOutcome =
  | { kind: 'delivered' | 'failed'; attempts: DeliveryAttempt[] }
  | { kind: 'retry'; attempts: DeliveryAttempt[]; waitMs: number }
  /** Given back unfinished, because this process stops. */
  | { kind: 'released' };

/** Every lane in which something waits. The cost depends on how many lanes there are, not on how much waits in them. */
export async function openLanes(db: Database): Promise<Lane[]> {
  const { rows } = await sql<Lane>`
    with recursive lanes(lane) as (
      select min(lane) from webhook_deliveries where claimable_at is not null
      union all
      select (select min(lane) from webhook_deliveries where claimable_at is not null and lane > lanes.lane)
      from lanes where lanes.lane is not null
    )
    select lane, (
      select min(claimable_at) from webhook_deliveries as delivery
      where delivery.lane = lanes.lane and delivery.claimable_at is not null
    ) as "claimableAt"
    from lanes where lane is not null`.execute(db);
  return rows;
}

/** Takes those of a lane that have waited longest. */
export async function claimDeliveries(
  db: Database,
  { lane, limit, leaseMs }: { lane: string; limit: number; leaseMs: number },
): Promise<ClaimedDelivery[]> {
  const rows = await db
    .updateTable('webhook_deliveries')
    .set((eb) => ({ lease: eb('lease', '+', 1), claimable_at: fromNow(leaseMs) }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('webhook_deliveries')
        .select('id')
        .where('lane', '=', lane)
        .where('claimable_at', '<=', now())
        .orderBy('claimable_at')
        .limit(limit),
    )
    .returningAll()
    .execute();
  if (rows.length === 0) return [];
  const endpoints = await db
    .selectFrom('webhook_endpoints')
    .select(['id', 'sealed'])
    .where(
      'id',
      'in',
      rows.map((row) => row.endpoint_id),
    )
    .execute();
  const sealedOf = new Map(endpoints.map(({ id, sealed }) => [id, sealed]));
  return rows.map((row) => ({
    id: row.id,
    lease: row.lease,
    lane: row.lane,
    event: {
      eventId: row.event_id,
      eventType: row.event_type as WebhookEvent,
      timestamp: secondsOf(row.happened_at),
      jobId: row.job_id,
      projectId: row.project_id,
      status: row.job_status,
    },
    endpointId: row.endpoint_id,
    sealed: sealedOf.get(row.endpoint_id)!,
    attempts: JSON.parse(row.attempts),
  }));
}

/** Ends a lease. Returns false, and changes nothing, when it is gone. */
export async function settleDelivery(
  db: Database,
  { id, lease }: Pick<ClaimedDelivery, 'id' | 'lease'>,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('webhook_deliveries')
    .set(changesOf(outcome))
    .where('id', '=', id)
    .where('lease', '=', lease)
    .where('claimable_at', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function changesOf(outcome: DeliveryOutcome) {
  switch (outcome.kind) {
    case 'released':
      return { claimable_at: now() };
    case 'retry':
      return { attempts: JSON.stringify(outcome.attempts), claimable_at: fromNow(outcome.waitMs) };
    default:
      return {
        attempts: JSON.stringify(outcome.attempts),
        status: outcome.kind,
        claimable_at: null,
        ended_at: now(),
      };
  }
}

/** Deliveries of a job, newest first; `next` is where the next page begins, null = this was the last one. */
export async function listDeliveries(
  db: Database,
  { projectId, jobId }: { projectId: string; jobId: string },
  { limit, after }: { limit: number; after: readonly string[] | null },
): Promise<{ deliveries: WebhookDelivery[]; next: [createdAt: Timestamp, id: string] | null }> {
  let query = shownDeliveries(db, projectId, jobId)
    .orderBy('webhook_deliveries.created_at', 'desc')
    .orderBy('webhook_deliveries.id', 'desc')
    .limit(limit + 1);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, NEWEST_FIRST, after));
  const rows = await query.execute();
  const deliveries = rows.slice(0, limit).map(deliveryOfRow);
  const last = deliveries.at(-1);
  return { deliveries, next: rows.length > limit && last ? [last.created_at, last.id] : null };
}

const NEWEST_FIRST = [
  { column: 'webhook_deliveries.created_at', direction: 'desc' },
  { column: 'webhook_deliveries.id', direction: 'desc' },
] as const;

/**
 * Sends the event of a delivery that has ended once more, with the settings it had.
 *
 * @returns the new delivery; `pending` = it is still being tried; null = there is no such delivery of the job.
 */
export async function redeliver(
  db: Database,
  { projectId, jobId, id }: { projectId: string; jobId: string; id: string },
): Promise<WebhookDelivery | 'pending' | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    if (!row) return null;
    if (row.status === 'pending') return 'pending';
    const at = now();
    const again = newId('webhookDelivery');
    await transaction
      .insertInto('webhook_deliveries')
      .values({
        ...row,
        id: again,
        status: 'pending',
        claimable_at: at,
        lease: 0,
        attempts: '[]',
        redelivery_of: row.id,
        created_at: at,
        ended_at: null,
      })
      .execute();
    const shown = shownDeliveries(transaction, projectId, jobId).where('webhook_deliveries.id', '=', again);
    return deliveryOfRow(await shown.executeTakeFirstOrThrow());
  });
}

/** Deletes deliveries that ended before then, oldest first, at most `limit`; returns how many. */
export async function deleteOldDeliveries(
  db: Database,
  { before, limit }: { before: Timestamp; limit: number },
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .deleteFrom('webhook_deliveries')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('webhook_deliveries')
          .select('id')
          .where('ended_at', '<', before)
          .orderBy('ended_at')
          .limit(limit),
      )
      .returning('endpoint_id')
      .execute();
    await removeUnusedEndpoints(transaction, [...new Set(rows.map((row) => row.endpoint_id))]);
    return rows.length;
  });
}

function shownDeliveries(db: Database, projectId: string, jobId: string) {
  return db
    .selectFrom('webhook_deliveries')
    .innerJoin('webhook_endpoints', 'webhook_endpoints.id', 'webhook_deliveries.endpoint_id')
    .selectAll('webhook_deliveries')
    .select(['config_id', 'host'])
    .where('webhook_deliveries.project_id', '=', projectId)
    .where('webhook_deliveries.job_id', '=', jobId);
}

function deliveryOfRow(
  row: Selectable<Tables['webhook_deliveries']> & Pick<Tables['webhook_endpoints'], 'config_id' | 'host'>,
): WebhookDelivery {
  return {
    id: row.id,
    job_id: row.job_id,
    event_id: row.event_id,
    event_type: row.event_type as WebhookEvent,
    webhook_configuration_id: row.config_id,
    webhook_host: row.host,
    status: row.status,
    attempts: JSON.parse(row.attempts),
    next_attempt_at: row.claimable_at,
    redelivery_of: row.redelivery_of,
    created_at: row.created_at,
  };
}

/** `2026-03-05T12:34:56.789012Z` → 1772714096.789012 */
function secondsOf(timestamp: Timestamp): number {
  return Math.floor(Date.parse(timestamp) / 1000) + Number(timestamp.slice(20, 26)) / 1_000_000;
}
