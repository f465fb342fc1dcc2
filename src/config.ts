import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { keyOfText, type VaultKey } from './lib/vault.ts';

const MIB = 1024 * 1024;

const number = (byDefault: number, { min = 1, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(byDefault);

/** A number of at least 0 with a fraction, where 0 stands for no limit. */
const rate = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number')
  .transform((text) => Number(text) || null)
  .default(null);

/** A whole number where 0 stands for no limit. */
const limit = number(0, { min: 0 }).transform((value) => value || null);

const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((text) => text === 'true' || text === '1')
  .default(false);

const MAX_WAITS = 20;
const MAX_WAIT_MS = 7 * 24 * 3600 * 1000;

/** Whole numbers of milliseconds, separated by commas. */
const waits = (byDefault: readonly number[]) =>
  z
    .string()
    .regex(/^\d+( *, *\d+)*$/, 'must be whole numbers separated by commas')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().max(MAX_WAIT_MS)).max(MAX_WAITS))
    .default([...byDefault]);

const encryptionKey = z
  .string()
  .transform((text, context) => {
    const key = keyOfText(text);
    if (key !== null) return { key, source: 'PIGEONHOLE_ENCRYPTION_KEY' };
    // The message must not repeat the text, which may be nearly right.
    context.issues.push({
      code: 'custom',
      input: null,
      message: 'must be 32 bytes in base64 or 64 hexadecimal digits',
    });
    return z.NEVER;
  })
  .optional();

const probability = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?|\.\d+)$/, 'must be a number from 0 to 1')
  .transform(Number)
  .optional();

/** Every setting: its environment variable, what it accepts and its default. docs/configuration.md tells the rest. */
const Settings = z.object({
  PIGEONHOLE_HOST: z.string().default('127.0.0.1'),
  PIGEONHOLE_PORT: number(8787, { min: 0, max: 65_535 }),
  PIGEONHOLE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PIGEONHOLE_DATA_DIR: z.string().default('./data'),
  PIGEONHOLE_CACHE_DIR: z.string().optional(),
  PIGEONHOLE_API_KEY: z.string().min(8).max(1_000).regex(/^\S+$/, 'must not contain spaces').optional(),
  PIGEONHOLE_ENCRYPTION_KEY: encryptionKey,
  PIGEONHOLE_WORKERS: number(availableParallelism(), { max: 1_024 }),
  PIGEONHOLE_LEASE_MS: number(15_000, { min: 1_000 }),
  PIGEONHOLE_MAX_ATTEMPTS: number(5, { max: 100 }),
  PIGEONHOLE_REPORT_RUNNING_AFTER_MS: number(2_000, { min: 0 }),
  PIGEONHOLE_SHUTDOWN_GRACE_MS: number(10_000, { min: 0 }),
  PIGEONHOLE_MAX_UPLOAD_BYTES: number(512 * MIB),
  PIGEONHOLE_PARSE_TIMEOUT_MS: number(120_000),
  PIGEONHOLE_PARSE_MEMORY_BYTES: number(700 * MIB),
  PIGEONHOLE_PARSE_CACHE_BYTES: number(4096 * MIB, { min: 0 }),
  PIGEONHOLE_FETCH_TIMEOUT_MS: number(30_000),
  PIGEONHOLE_ALLOW_URL_INPUTS: flag,
  PIGEONHOLE_ALLOW_PRIVATE_URLS: flag,
  PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS: flag,
  PIGEONHOLE_WEBHOOK_TIMEOUT_MS: number(30_000),
  PIGEONHOLE_WEBHOOK_RETRY_WAITS_MS: waits([1_000, 2_000]),
  PIGEONHOLE_WEBHOOK_CONCURRENCY: number(128, { min: 2, max: 4_096 }),
  PIGEONHOLE_WEBHOOK_LOG_DAYS: number(30, { max: 3_650 }),
  PIGEONHOLE_KEY_REQUESTS_PER_SECOND: rate,
  PIGEONHOLE_PROJECT_REQUESTS_PER_SECOND: rate,
  PIGEONHOLE_MAX_OPEN_JOBS: limit,
  PIGEONHOLE_RETENTION_DAYS: limit,
  PIGEONHOLE_MAX_WAITING_REQUESTS: number(1_000),
  PIGEONHOLE_MAX_EVENT_STREAMS: number(100),
  PIGEONHOLE_ENGINE: z.enum(['local']).default('local'),
  PIGEONHOLE_NONE_THRESHOLD: probability,
  PIGEONHOLE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** The names of all settings, for the test that compares them with the documentation. */
export const SETTING_NAMES = Object.keys(Settings.shape);

/** The settings of a process; frozen. */
export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where clients reach the server, without a slash at the end; null = where their requests say. */
  readonly publicUrl: string | null;
  readonly dataDir: string;
  /** Data that can be made again: OCR data and the encoder as they are used, and text that `eval` has read. */
  readonly cacheDir: string;
  /** Key for the default project; null = keep the keys there are, make one if there is none. */
  readonly apiKey: string | null;
  /** What stored secrets are encrypted with; null = a key in a file of the data directory, made if it is missing. */
  readonly encryptionKey: VaultKey | null;
  /** Jobs at a time in this process, and processes and threads that read and classify. */
  readonly workers: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly reportRunningAfterMs: number;
  readonly shutdownGraceMs: number;
  readonly maxUploadBytes: number;
  readonly parseTimeoutMs: number;
  readonly parseMemoryBytes: number;
  /** What was read from documents is kept up to this size, all projects together. */
  readonly parseCacheBytes: number;
  readonly fetchTimeoutMs: number;
  /** Whether jobs may name a document by its URL. */
  readonly allowUrlInputs: boolean;
  readonly allowPrivateUrls: boolean;
  readonly allowPrivateWebhooks: boolean;
  readonly webhookTimeoutMs: number;
  /** Waits before the second attempt to deliver an event, the third and so on. */
  readonly webhookRetryWaitsMs: readonly number[];
  readonly webhookConcurrency: number;
  readonly webhookLogDays: number;
  /** Null = no limit, here and in the next three. */
  readonly keyRequestsPerSecond: number | null;
  readonly projectRequestsPerSecond: number | null;
  readonly maxOpenJobs: number | null;
  readonly retentionDays: number | null;
  readonly maxWaitingRequests: number;
  readonly maxEventStreams: number;
  /** A document fits no rule when the probability of that is above this; null = when it is likelier than not. */
  readonly noneThreshold: number | null;
  readonly logLevel: z.infer<typeof Settings>['PIGEONHOLE_LOG_LEVEL'];
}

/** All settings that do not fit, in one message. */
export class ConfigError extends Error {}

/**
 * Reads the settings out of environment variables. Empty variables count as absent.
 *
 * @throws ConfigError naming every variable that does not fit and why.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  for (const name of Object.keys(given)) {
    if (name.startsWith('PIGEONHOLE_') && !SETTING_NAMES.includes(name))
      problems.push(`${name}: there is no such setting`);
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const settings = parsed.data;
  const dataDir = resolve(settings.PIGEONHOLE_DATA_DIR);
  return Object.freeze({
    host: settings.PIGEONHOLE_HOST,
    port: settings.PIGEONHOLE_PORT,
    publicUrl: settings.PIGEONHOLE_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    dataDir,
    cacheDir: resolve(settings.PIGEONHOLE_CACHE_DIR ?? join(dataDir, 'cache')),
    apiKey: settings.PIGEONHOLE_API_KEY ?? null,
    encryptionKey: settings.PIGEONHOLE_ENCRYPTION_KEY ?? null,
    workers: settings.PIGEONHOLE_WORKERS,
    leaseMs: settings.PIGEONHOLE_LEASE_MS,
    maxAttempts: settings.PIGEONHOLE_MAX_ATTEMPTS,
    reportRunningAfterMs: settings.PIGEONHOLE_REPORT_RUNNING_AFTER_MS,
    shutdownGraceMs: settings.PIGEONHOLE_SHUTDOWN_GRACE_MS,
    maxUploadBytes: settings.PIGEONHOLE_MAX_UPLOAD_BYTES,
    parseTimeoutMs: settings.PIGEONHOLE_PARSE_TIMEOUT_MS,
    parseMemoryBytes: settings.PIGEONHOLE_PARSE_MEMORY_BYTES,
    parseCacheBytes: settings.PIGEONHOLE_PARSE_CACHE_BYTES,
    fetchTimeoutMs: settings.PIGEONHOLE_FETCH_TIMEOUT_MS,
    allowUrlInputs: settings.PIGEONHOLE_ALLOW_URL_INPUTS,
    allowPrivateUrls: settings.PIGEONHOLE_ALLOW_PRIVATE_URLS,
    allowPrivateWebhooks: settings.PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS,
    webhookTimeoutMs: settings.PIGEONHOLE_WEBHOOK_TIMEOUT_MS,
    webhookRetryWaitsMs: settings.PIGEONHOLE_WEBHOOK_RETRY_WAITS_MS,
    webhookConcurrency: settings.PIGEONHOLE_WEBHOOK_CONCURRENCY,
    webhookLogDays: settings.PIGEONHOLE_WEBHOOK_LOG_DAYS,
    keyRequestsPerSecond: settings.PIGEONHOLE_KEY_REQUESTS_PER_SECOND,
    projectRequestsPerSecond: settings.PIGEONHOLE_PROJECT_REQUESTS_PER_SECOND,
    maxOpenJobs: settings.PIGEONHOLE_MAX_OPEN_JOBS,
    retentionDays: settings.PIGEONHOLE_RETENTION_DAYS,
    maxWaitingRequests: settings.PIGEONHOLE_MAX_WAITING_REQUESTS,
    maxEventStreams: settings.PIGEONHOLE_MAX_EVENT_STREAMS,
    noneThreshold: settings.PIGEONHOLE_NONE_THRESHOLD ?? null,
    logLevel: settings.PIGEONHOLE_LOG_LEVEL,
  });
}
