import { createHmac } from 'node:crypto';
import { bodyOf, type EventMessage, type WebhookSettings } from '../domain/webhook.ts';
import type { DeliveryAttempt } from '../domain/webhook-delivery.ts';
import { now } from '../lib/clock.ts';
import { type OutboundPolicy, postUntrusted } from '../lib/outbound.ts';

const USER_AGENT = 'llamaindex-webhook-service/1.0';

/**
 * Makes one attempt to deliver an event. Any 2xx counts; nothing else of the answer is looked at, and redirects are not
 * followed. It never fails: what went wrong is in the attempt.
 */
export async function sendEvent(
  { settings, event, attempt }: { settings: WebhookSettings; event: EventMessage; attempt: number },
  policy: OutboundPolicy,
  signal: AbortSignal,
): Promise<DeliveryAttempt> {
  const at = now();
  const began = performance.now();
  const body = Buffer.from(bodyOf(event, settings.format ?? 'string'));
  const answer = await postUntrusted(settings.url, { headers: headersOf(settings, event, body), body, signal }, policy);
  const status = 'status' in answer ? answer.status : null;
  return {
    attempt,
    at,
    duration_ms: Math.round(performance.now() - began),
    response_status: status,
    error: 'problem' in answer ? answer.problem : problemOf(answer.status),
  };
}

/** Names in lower case; those of the webhook's own come last where they may replace ours. */
function headersOf(settings: WebhookSettings, event: EventMessage, body: Buffer): Record<string, string> {
  const own = Object.entries(settings.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    ...Object.fromEntries(own),
    'x-webhook-event-id': event.eventId,
    'x-webhook-event-type': event.eventType,
    ...(settings.secret !== null && { 'lc-signature': signatureOf(body, settings.secret) }),
  };
}

/** `sha256=<hex HMAC-SHA256 of the bytes that are sent>` */
function signatureOf(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  const redirected = status >= 300 && status < 400;
  return `answered with status ${status}${redirected ? '; redirects are not followed' : ''}`;
}
