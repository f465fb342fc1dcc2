import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { DateTime } from '../../domain/text.ts';
import {
  OUTPUT_FORMATS,
  settingsOf,
  WEBHOOK_EVENTS,
  WebhookConfiguration,
  type WebhookSettings,
} from '../../domain/webhook.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import type { Vault } from '../../lib/vault.ts';
import type { Database } from '../../store/database.ts';
import {
  deleteWebhookConfig,
  findWebhookConfig,
  insertWebhookConfig,
  listWebhookConfigs,
  type WebhookConfig as StoredConfig,
  updateWebhookConfig,
} from '../../store/webhook-configs.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';

const WebhookConfigCreate = WebhookConfiguration.meta({
  id: 'WebhookConfigCreate',
  examples: [
    {
      webhook_url: 'https://example.com/hooks/pigeonhole',
      webhook_events: ['classify.success', 'classify.error'],
      webhook_output_format: 'json',
      webhook_signing_secret: 'whsec-8f0e1c9a4b',
    },
  ],
});

const WebhookConfigUpdate = WebhookConfiguration.partial().meta({
  id: 'WebhookConfigUpdate',
  examples: [{ webhook_events: null, webhook_signing_secret: 'whsec-new-3b77d0' }],
});
type WebhookConfigUpdate = z.infer<typeof WebhookConfigUpdate>;

const WebhookConfig = z
  .object({
    id: z.string().describe('`whc-` and a UUID.'),
    tenant_id: z.string().describe('The project.'),
    tenant_type: z.literal('project'),
    webhook_url: z.string(),
    webhook_events: z.array(z.enum(WEBHOOK_EVENTS)).nullable().describe('Null = all.'),
    webhook_headers: z.record(z.string(), z.string()).nullable(),
    webhook_output_format: z.enum(OUTPUT_FORMATS).nullable().describe('Null = `string`.'),
    has_secret: z.boolean().describe('Whether deliveries are signed.'),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'WebhookConfig' });
type WebhookConfig = z.infer<typeof WebhookConfig>;

const ConfigParams = z.object({ config_id: z.string() });
const PATH = '/api/v1/beta/webhook-configs';
const TAGS = ['Webhooks'];

/** `/api/v1/beta/webhook-configs`: webhooks that are saved once and named when jobs are created. */
export function webhookConfigRoutes(store: { db: Database; vault: Vault }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      PATH,
      {
        schema: {
          operationId: 'createWebhookConfig',
          tags: TAGS,
          summary: 'Save a webhook configuration',
          querystring: ScopeQuery,
          body: WebhookConfigCreate,
          response: { 201: WebhookConfig, ...errors(401, 403, 409, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const config = await insertWebhookConfig(store, projectId, settingsOf(request.body));
        return reply.code(201).send(show(config));
      },
    );

    app.get(
      PATH,
      {
        schema: {
          operationId: 'listWebhookConfigs',
          tags: TAGS,
          summary: 'List saved webhook configurations',
          description: 'All of the project, newest first.',
          querystring: ScopeQuery,
          response: { 200: z.array(WebhookConfig), ...errors(401, 403, 422) },
        },
      },
      async (request) => (await listWebhookConfigs(store, scopeOf(request.principal, request.query))).map(show),
    );

    app.get(
      `${PATH}/:config_id`,
      {
        schema: {
          operationId: 'getWebhookConfig',
          tags: TAGS,
          summary: 'Get a saved webhook configuration',
          params: ConfigParams,
          querystring: ScopeQuery,
          response: { 200: WebhookConfig, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = request.params.config_id;
        return show((await findWebhookConfig(store, projectId, normalizeId('webhookConfig', id))) ?? missing(id));
      },
    );

    app.put(
      `${PATH}/:config_id`,
      {
        schema: {
          operationId: 'updateWebhookConfig',
          tags: TAGS,
          summary: 'Change a saved webhook configuration',
          description:
            'Only fields that are sent change; null takes back what was set, also the secret. Jobs that exist already ' +
            'keep what they were created with.',
          params: ConfigParams,
          querystring: ScopeQuery,
          body: WebhookConfigUpdate,
          response: { 200: WebhookConfig, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = request.params.config_id;
        const changes = changesOf(request.body);
        return show(
          (await updateWebhookConfig(store, projectId, normalizeId('webhookConfig', id), changes)) ?? missing(id),
        );
      },
    );

    app.delete(
      `${PATH}/:config_id`,
      {
        schema: {
          operationId: 'deleteWebhookConfig',
          tags: TAGS,
          summary: 'Delete a saved webhook configuration',
          description: 'Jobs that exist already keep what they were created with.',
          params: ConfigParams,
          querystring: ScopeQuery,
          response: { 204: z.null().describe('Deleted.'), ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = request.params.config_id;
        const deleted = await deleteWebhookConfig(store.db, projectId, normalizeId('webhookConfig', id));
        if (!deleted) missing(id);
        return reply.code(204).send(null);
      },
    );
  };
}

function missing(id: string): never {
  throw new AppError('not_found', `Webhook configuration ${id} not found`);
}

function changesOf(body: WebhookConfigUpdate): Partial<WebhookSettings> {
  return {
    ...(body.webhook_url !== undefined && { url: body.webhook_url }),
    ...(body.webhook_events !== undefined && { events: body.webhook_events }),
    ...(body.webhook_headers !== undefined && { headers: body.webhook_headers }),
    ...(body.webhook_output_format !== undefined && { format: body.webhook_output_format }),
    ...(body.webhook_signing_secret !== undefined && { secret: body.webhook_signing_secret }),
  };
}

function show({ id, projectId, settings, createdAt, updatedAt }: StoredConfig): WebhookConfig {
  return {
    id,
    tenant_id: projectId,
    tenant_type: 'project',
    webhook_url: settings.url,
    webhook_events: settings.events,
    webhook_headers: settings.headers,
    webhook_output_format: settings.format,
    has_secret: settings.secret !== null,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
