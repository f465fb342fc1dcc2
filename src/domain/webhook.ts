import { z } from 'zod';
import type { V1Status } from './classifier-v1.ts';
import type { JobStatus } from './job.ts';
import { boundedText } from './text.ts';

/*
 * Webhooks: whoever creates a job may name URLs that are told of its changes.
 *   event     one status one job got
 *   endpoint  where to and how: URL, headers, secret, format, and which events
 *   delivery  one event on its way to one endpoint
 */

/** Every event the API knows; those of products this server does not have are accepted and never happen. */
// biome-ignore format: a list
export const WEBHOOK_EVENTS = [
  'batch.pending', 'batch.running', 'batch.success', 'batch.error', 'batch.cancelled',
  'classify.pending', 'classify.running', 'classify.success', 'classify.error', 'classify.partial_success',
  'classify.cancelled',
  'extract.pending', 'extract.success', 'extract.error', 'extract.partial_success', 'extract.cancelled',
  'parse.pending', 'parse.running', 'parse.success', 'parse.error', 'parse.partial_success', 'parse.cancelled',
  'sheets.pending', 'sheets.success', 'sheets.error', 'sheets.partial_success', 'sheets.cancelled',
  'split.pending', 'split.processing', 'split.success', 'split.error', 'split.cancelled',
  'unmapped_event',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const OUTCOMES = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'success',
  FAILED: 'error',
  CANCELLED: 'cancelled',
  // Of v1 jobs, which have several files.
  SUCCESS: 'success',
  ERROR: 'error',
  PARTIAL_SUCCESS: 'partial_success',
} as const satisfies Record<JobStatus | V1Status, string>;

/** The event that a job getting a status is. */
export function eventOf(product: 'classify' | 'parse', status: JobStatus | V1Status): WebhookEvent {
  return `${product}.${OUTCOMES[status]}`;
}

export const OUTPUT_FORMATS = ['string', 'json'] as const;
/** `json`: the body is the event; `string`: it is a JSON string that holds the event as JSON text. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const MAX_URL_CHARACTERS = 2_048;
const MAX_SECRET_CHARACTERS = 1_000;
const MAX_HEADERS = 20;
const MAX_HEADER_NAME_CHARACTERS = 100;
const MAX_HEADER_VALUE_CHARACTERS = 2_000;

const Url = boundedText({ min: 1, max: MAX_URL_CHARACTERS })
  .check((context) => {
    const problem = (message: string) => context.issues.push({ code: 'custom', message, input: context.value });
    const url = URL.parse(context.value);
    if (!/^https?:\/\//i.test(context.value) || !url) problem('webhook_url must be an http or https URL');
    else if (url.username || url.password) problem('credentials belong into webhook_headers, not into webhook_url');
  })
  .meta({ pattern: '^https?://' });

/** A token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What HTTP/1.1 lets a value hold without meaning something else to someone on the way. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers about the connection, the length of the body, or what the receiver may rely on. */
const RESERVED_HEADER =
  /^(host|content-length|content-encoding|transfer-encoding|te|trailer|connection|keep-alive|upgrade|expect|proxy-.*|lc-signature|x-webhook-event-(id|type))$/i;

const Headers = z.record(z.string(), z.string()).check((context) => {
  const names = Object.keys(context.value);
  const problem = (message: string) => context.issues.push({ code: 'custom', message, input: null });
  if (names.length > MAX_HEADERS) problem(`webhook_headers may have at most ${MAX_HEADERS} headers`);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    problem('webhook_headers must not name a header twice');
  }
  for (const [name, value] of Object.entries(context.value)) {
    if (name.length > MAX_HEADER_NAME_CHARACTERS || !HEADER_NAME.test(name)) {
      problem('webhook_headers must have names that HTTP allows');
    } else if (RESERVED_HEADER.test(name)) problem(`webhook_headers must not set ${name.toLowerCase()}`);
    if (value.length > MAX_HEADER_VALUE_CHARACTERS || !HEADER_VALUE.test(value)) {
      problem(
        `the values of webhook_headers must be Latin-1 text of at most ${MAX_HEADER_VALUE_CHARACTERS} characters`,
      );
    }
  }
});

/** How webhooks are described in requests. */
export const WebhookConfiguration = z.object({
  webhook_url: Url.describe('Where events are sent to by POST.'),
  webhook_events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(100).nullish().describe('Null = all.'),
  webhook_headers: Headers.nullish().describe('Sent with every event.'),
  webhook_output_format: z
    .enum(OUTPUT_FORMATS)
    .nullish()
    .describe(
      '`string` (the default): the body is a JSON string that holds the event as JSON; `json`: it is the event.',
    ),
  webhook_signing_secret: boundedText({ min: 1, max: MAX_SECRET_CHARACTERS })
    .nullish()
    .describe('Key of the signature `LC-Signature: sha256=<hex HMAC-SHA256 of the body>`. Never answered.'),
});
export type WebhookConfiguration = z.infer<typeof WebhookConfiguration>;

/** The settings of an endpoint with every default filled in; as JSON it is what is encrypted and stored. */
export interface WebhookSettings {
  url: string;
  /** Null = all. */
  events: WebhookEvent[] | null;
  headers: Record<string, string> | null;
  /** Null = not given, which means `string`. */
  format: OutputFormat | null;
  /** Null = deliveries are not signed. */
  secret: string | null;
}

export function settingsOf(configuration: WebhookConfiguration): WebhookSettings {
  return {
    url: configuration.webhook_url,
    events: configuration.webhook_events ?? null,
    headers: configuration.webhook_headers ?? null,
    format: configuration.webhook_output_format ?? null,
    secret: configuration.webhook_signing_secret ?? null,
  };
}

/** What is told of an event. */
export interface EventMessage {
  eventId: string;
  eventType: WebhookEvent;
  /** Seconds since 1970, with microseconds. */
  timestamp: number;
  jobId: string;
  projectId: string;
  status: string;
}

/** The body of a delivery, the same on every attempt. */
export function bodyOf(event: EventMessage, format: OutputFormat): string {
  const text = JSON.stringify({
    event_id: event.eventId,
    event_type: event.eventType,
    timestamp: event.timestamp,
    data: { id: event.jobId, job_id: event.jobId, status: event.status, project_id: event.projectId },
  });
  return format === 'json' ? text : JSON.stringify(text);
}
