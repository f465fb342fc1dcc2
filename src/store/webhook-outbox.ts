import { randomUUID } from 'node:crypto';
import type { Insertable, Transaction } from 'kysely';
import { eventOf, type WebhookEvent, type WebhookSettings } from '../domain/webhook.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Vault } from '../lib/vault.ts';
import type { Tables } from './schema.ts';

/** Rows of one statement: SQLite binds at most 32,766 values. */
const MAX_ROWS = 500;

/** Where events of jobs that are about to be created shall go. Jobs created together share it. */
export type NewEndpoint = Insertable<Tables['webhook_endpoints']>;

export function newEndpoint(
  vault: Vault,
  { projectId, configId, settings }: { projectId: string; configId: string | null; settings: WebhookSettings },
): NewEndpoint {
  const id = randomUUID();
  const { origin, host } = new URL(settings.url);
  return {
    id,
    project_id: projectId,
    config_id: configId,
    lane: `${projectId} ${origin}`,
    host,
    events: settings.events && JSON.stringify(settings.events),
    sealed: vault.seal(JSON.stringify(settings), id),
  };
}

/** Has the events of new jobs sent to endpoints, until the jobs have ended. */
export async function attachWebhooks(
  transaction: Transaction<Tables>,
  jobs: readonly { jobId: string; webhooks: readonly NewEndpoint[] }[],
): Promise<void> {
  const endpoints = new Map(jobs.flatMap(({ webhooks }) => webhooks.map((webhook) => [webhook.id, webhook])));
  const links = jobs.flatMap(({ jobId, webhooks }) => webhooks.map(({ id }) => ({ job_id: jobId, endpoint_id: id })));
  for (const rows of inSlices([...endpoints.values()])) {
    await transaction.insertInto('webhook_endpoints').values(rows).execute();
  }
  for (const rows of inSlices(links)) await transaction.insertInto('job_webhooks').values(rows).execute();
}

/** A status that something with webhooks may have got. */
export interface StatusChange {
  product: 'classify' | 'parse';
  jobId: string;
  projectId: string;
  status: Parameters<typeof eventOf>[1];
  at: Timestamp;
  /** Whether it was the last change of the job. */
  ended: boolean;
}

/**
 * Writes the deliveries of events in the transaction that makes them happen: there is a delivery exactly when there is
 * the status it tells of (a transactional outbox).
 */
export async function enqueueDeliveries(
  transaction: Transaction<Tables>,
  changes: readonly StatusChange[],
): Promise<void> {
  for (const some of inSlices(changes)) {
    const endpoints = await transaction
      .selectFrom('job_webhooks')
      .innerJoin('webhook_endpoints', 'webhook_endpoints.id', 'job_webhooks.endpoint_id')
      .select(['job_id', 'endpoint_id', 'lane', 'events'])
      .where(
        'job_id',
        'in',
        some.map(({ jobId }) => jobId),
      )
      .execute();
    if (endpoints.length === 0) continue;
    const endpointsOf = Map.groupBy(endpoints, (endpoint) => endpoint.job_id);
    const deliveries = some.flatMap((change) => deliveriesOf(change, endpointsOf.get(change.jobId) ?? []));
    for (const rows of inSlices(deliveries)) {
      await transaction.insertInto('webhook_deliveries').values(rows).execute();
    }
    const ended = some.filter((change) => change.ended && endpointsOf.has(change.jobId));
    await detachWebhooks(
      transaction,
      ended.map(({ jobId }) => jobId),
      [...new Set(ended.flatMap(({ jobId }) => endpointsOf.get(jobId)!.map((endpoint) => endpoint.endpoint_id)))],
    );
  }
}

/** Deletes those of the endpoints that no open job and no delivery needs any more. */
export async function removeUnusedEndpoints(transaction: Transaction<Tables>, ids: readonly string[]): Promise<void> {
  for (const some of inSlices(ids)) {
    await transaction
      .deleteFrom('webhook_endpoints')
      .where('id', 'in', some)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('job_webhooks')
              .select('job_id')
              .whereRef('job_webhooks.endpoint_id', '=', 'webhook_endpoints.id'),
          ),
        ),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('webhook_deliveries')
              .select('webhook_deliveries.id')
              .whereRef('webhook_deliveries.endpoint_id', '=', 'webhook_endpoints.id'),
          ),
        ),
      )
      .execute();
  }
}

function deliveriesOf(
  change: StatusChange,
  endpoints: readonly { endpoint_id: string; lane: string; events: string | null }[],
): Insertable<Tables['webhook_deliveries']>[] {
  const eventType = eventOf(change.product, change.status);
  const eventId = randomUUID();
  return endpoints
    .filter(({ events }) => events === null || (JSON.parse(events) as WebhookEvent[]).includes(eventType))
    .map((endpoint) => {
      const createdAt = now();
      return {
        id: newId('webhookDelivery'),
        project_id: change.projectId,
        job_id: change.jobId,
        endpoint_id: endpoint.endpoint_id,
        lane: endpoint.lane,
        event_id: eventId,
        event_type: eventType,
        job_status: change.status,
        happened_at: change.at,
        status: 'pending',
        claimable_at: createdAt,
        redelivery_of: null,
        created_at: createdAt,
        ended_at: null,
      };
    });
}

async function detachWebhooks(
  transaction: Transaction<Tables>,
  jobIds: readonly string[],
  endpointIds: readonly string[],
): Promise<void> {
  if (jobIds.length === 0) return;
  await transaction.deleteFrom('job_webhooks').where('job_id', 'in', jobIds).execute();
  await removeUnusedEndpoints(transaction, endpointIds);
}

function* inSlices<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += MAX_ROWS) yield items.slice(at, at + MAX_ROWS);
}
