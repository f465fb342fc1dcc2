import { z } from 'zod';
import { DateTime } from './text.ts';
import { WEBHOOK_EVENTS } from './webhook.ts';

/** One try to deliver an event. */
export const DeliveryAttempt = z
  .object({
    attempt: z.int().min(1),
    at: DateTime,
    duration_ms: z.int(),
    response_status: z.int().nullable().describe('Status the receiver answered with; null = there was no answer.'),
    error: z.string().nullable().describe('Why it does not count as delivered; null = it does.'),
  })
  .meta({ id: 'WebhookDeliveryAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** One event on its way to one endpoint, as the API shows it: nothing that could be a secret. */
export const WebhookDelivery = z
  .object({
    id: z.string().describe('`whd-` and a UUID.'),
    job_id: z.string(),
    event_id: z.string().describe('The same on every attempt, for every endpoint, and when delivered again.'),
    event_type: z.enum(WEBHOOK_EVENTS),
    webhook_configuration_id: z.string().nullable().describe('Null = the webhook came with the request.'),
    webhook_host: z.string().describe('Host of the URL, all that is shown of it.'),
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.array(DeliveryAttempt).describe('Oldest first.'),
    next_attempt_at: DateTime.nullable().describe('Null = there will be none.'),
    redelivery_of: z.string().nullable().describe('The delivery that was asked to be repeated.'),
    created_at: DateTime,
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;
