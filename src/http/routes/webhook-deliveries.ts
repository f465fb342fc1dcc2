import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { WebhookDelivery } from '../../domain/webhook-delivery.ts';
import { AppError } from '../../errors.ts';
import { bareId, normalizeId } from '../../lib/ids.ts';
import { findClassifyJob } from '../../store/classify-jobs.ts';
import type { Database } from '../../store/database.ts';
import { findJobGroup } from '../../store/job-groups.ts';
import { findParseJob } from '../../store/parse-jobs.ts';
import { listDeliveries, redeliver } from '../../store/webhook-deliveries.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import { ScopeQuery } from '../query.ts';
import { jobNotFound } from './classify.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

const WebhookDeliveryPage = z
  .object({
    items: z.array(WebhookDelivery),
    next_page_token: z.string().nullable(),
    total_size: z.int().nullable(),
  })
  .meta({ id: 'WebhookDeliveryPage' });

export interface DeliveryRouteDeps {
  db: Database;
  /** Called after a delivery has been written: someone should send it. */
  deliveryCreated(): void;
}

/** `/api/v2/classify/{job_id}/webhook-deliveries`: what became of the events of a job. */
export function deliveryRoutes({ db, deliveryCreated }: DeliveryRouteDeps): FastifyPluginAsyncZod {
  /** The id of the job as deliveries know it: of a classify job, a parse job, or a job of the v1 classifier. */
  const requireJob = async (projectId: string, given: string): Promise<string> => {
    const id = normalizeId('classifyJob', given);
    if (await findClassifyJob(db, projectId, id)) return id;
    if (await findParseJob(db, projectId, id)) return id;
    const group = await findJobGroup(db, 'v1', projectId, bareId(id).toLowerCase());
    if (!group) throw jobNotFound();
    return group.id;
  };

  return async (app) => {
    app.get(
      '/api/v2/classify/:job_id/webhook-deliveries',
      {
        schema: {
          operationId: 'listWebhookDeliveries',
          tags: ['Webhooks'],
          summary: 'See what became of the events of a job',
          description:
            'Newest first; one item for each event and endpoint, with every attempt. Also takes the id of a parse job or a v1 job. ' +
            'An extension of Pigeonhole.',
          params: z.object({ job_id: z.string() }),
          querystring: ScopeQuery.extend({
            page_size: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
            page_token: z.string().optional(),
          }),
          response: { 200: WebhookDeliveryPage, ...errors(400, 401, 403, 404, 422) },
        },
      },
      async (request) => {
        const { page_size, page_token } = request.query;
        const projectId = scopeOf(request.principal, request.query);
        const jobId = await requireJob(projectId, request.params.job_id);
        const { deliveries, next } = await listDeliveries(
          db,
          { projectId, jobId },
          { limit: page_size, after: page_token === undefined ? null : decodePageToken(page_token, 2) },
        );
        return { items: deliveries, next_page_token: next && encodePageToken(next), total_size: null };
      },
    );

    app.post(
      '/api/v2/classify/:job_id/webhook-deliveries/:delivery_id/redeliver',
      {
        schema: {
          operationId: 'redeliverWebhook',
          tags: ['Webhooks'],
          summary: 'Send an event once more',
          description:
            'Writes a new delivery of the same event, with the same event id, to the same endpoint with the settings it ' +
            'had. One that is still being tried answers 409. An extension of Pigeonhole.',
          params: z.object({ job_id: z.string(), delivery_id: z.string() }),
          querystring: ScopeQuery,
          response: { 200: WebhookDelivery, ...errors(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const jobId = await requireJob(projectId, request.params.job_id);
        const id = normalizeId('webhookDelivery', request.params.delivery_id);
        const delivery = await redeliver(db, { projectId, jobId, id });
        if (delivery === null) throw new AppError('not_found', 'Webhook delivery not found');
        if (delivery === 'pending') throw new AppError('conflict', `Webhook delivery ${id} is still being tried.`);
        deliveryCreated();
        return delivery;
      },
    );
  };
}
