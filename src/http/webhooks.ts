import { z } from 'zod';
import { boundedText } from '../domain/text.ts';
import { settingsOf, WebhookConfiguration } from '../domain/webhook.ts';
import { AppError } from '../errors.ts';
import { normalizeId } from '../lib/ids.ts';
import type { Vault } from '../lib/vault.ts';
import type { Database } from '../store/database.ts';
import { findWebhookConfig } from '../store/webhook-configs.ts';
import { type NewEndpoint, newEndpoint } from '../store/webhook-outbox.ts';

/** Webhooks of each kind that one request may name. */
export const MAX_WEBHOOKS = 10;

/** The fields with which a request that creates jobs names their webhooks. */
export const WebhookFields = {
  webhook_configurations: z
    .array(WebhookConfiguration)
    .max(MAX_WEBHOOKS)
    .nullish()
    .describe('Who is told when the status changes. Never shown again.'),
  webhook_configuration_ids: z
    .array(boundedText({ min: 1, max: 200 }))
    .max(MAX_WEBHOOKS)
    .nullish()
    .describe('`whc-…` of saved webhook configurations, as they are now.'),
};

/**
 * The endpoints that a request names, with saved configurations as they are now.
 *
 * @throws AppError `not_found` for an id that is not one of the project.
 */
export async function resolveWebhooks(
  { db, vault }: { db: Database; vault: Vault },
  projectId: string,
  body: {
    webhook_configurations?: WebhookConfiguration[] | null | undefined;
    webhook_configuration_ids?: string[] | null | undefined;
  },
): Promise<NewEndpoint[]> {
  const endpoints: NewEndpoint[] = [];
  for (const configuration of body.webhook_configurations ?? []) {
    endpoints.push(newEndpoint(vault, { projectId, configId: null, settings: settingsOf(configuration) }));
  }
  for (const id of new Set(body.webhook_configuration_ids ?? [])) {
    const config = await findWebhookConfig({ db, vault }, projectId, normalizeId('webhookConfig', id));
    if (!config) throw new AppError('not_found', `Webhook configuration ${id} not found`);
    endpoints.push(newEndpoint(vault, { projectId, configId: config.id, settings: config.settings }));
  }
  return endpoints;
}
