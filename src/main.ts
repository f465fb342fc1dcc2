import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { DiskBlobs } from './blobs/disk.ts';
import type { Engine } from './classify/engine.ts';
import { createLocalEngine } from './classify/engines/local/pool.ts';
import type { Config } from './config.ts';
import type { WebhookSettings } from './domain/webhook.ts';
import { buildApp } from './http/app.ts';
import { ensureKeyFile, Vault } from './lib/vault.ts';
import { keepReadings } from './parse/kept-readings.ts';
import type { Parser } from './parse/parser.ts';
import { createParser } from './parse/pool.ts';
import { JobQueue } from './queue/queue.ts';
import {
  type ApiKeySummary,
  createApiKey,
  createFirstApiKey,
  listApiKeys,
  revokeApiKey,
  setEnvironmentKey,
} from './store/api-keys.ts';
import { type Database, openDatabase } from './store/database.ts';
import { JobFeed } from './store/job-feed.ts';
import { migrate, ping } from './store/migrate.ts';
import {
  ensureDefaultTenant,
  ensureProject,
  ensureSecret,
  listProjects,
  type Project,
  type ProjectChanges,
  updateProject,
} from './store/tenancy.ts';
import { checkVault } from './store/vault-check.ts';
import { type ClaimedDelivery, claimDeliveries, openLanes, settleDelivery } from './store/webhook-deliveries.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { VERSION } from './version.ts';
import { Deliverer } from './webhook/deliverer.ts';
import { sendEvent } from './webhook/send.ts';
import { Gists } from './worker/gists.ts';
import { Worker } from './worker/loop.ts';
import { ExampleReader } from './worker/read-examples.ts';
import { ResultEviction } from './worker/result-eviction.ts';
import { runClassifyJob } from './worker/run-classify-job.ts';
import { runParseJob } from './worker/run-parse-job.ts';

/** How long a worker that found nothing waits before it looks again without being told. */
const POLL_MS = 500;

/** No upload takes this long; a file that is still incomplete then belongs to a process that died. */
const LEFTOVER_AGE_MS = 24 * 3600 * 1000;

/** What writing down how a webhook was answered may take beyond the time for the answer. */
const WEBHOOK_LEASE_MARGIN_MS = 15_000;

/** Something that was started and can be stopped. */
export interface Running {
  /** Takes nothing new, finishes what is under way within the grace period, releases everything. */
  stop(): Promise<void>;
}

export interface RunningServer extends Running {
  /** `http://HOST:PORT` as it is bound. */
  url: string;
  /** The API key that this start made, because there was none; null = there was. */
  newApiKey: string | null;
}

/** API and workers in this process. Resolves when requests are answered. */
export async function serve(config: Config): Promise<RunningServer> {
  const log = createLogger(config);
  const releases: (() => Promise<void>)[] = [];
  const stop = releaseAll(releases);
  try {
    const { db, blobs, vault } = await openStore(config, releases);
    const newApiKey = await ensureApiKey(db, config);
    const urlSigningKey = await ensureSecret(db, 'url-signing');
    const feed = new JobFeed(db);
    const deliverer = startDeliverer({ config, db, vault, log, releases });
    const jobChanged = () => {
      feed.announce();
      deliverer.wake();
    };
    const { worker, warmUp } = startWorker({ config, db, blobs, log, releases, jobChanged });
    const app = await buildApp({
      db,
      blobs,
      vault,
      logger: log,
      urlSigningKey,
      publicUrl: config.publicUrl,
      maxUploadBytes: config.maxUploadBytes,
      outbound: outboundPolicy(config),
      allowUrlInputs: config.allowUrlInputs,
      feed,
      limits: config,
      maxWaitingRequests: config.maxWaitingRequests,
      maxEventStreams: config.maxEventStreams,
      checkReady: () => ping(db),
      deliveryCreated: () => deliverer.wake(),
      jobCreated: () => {
        worker.wake();
        jobChanged();
      },
      jobCancelled: (jobId) => {
        worker.cancel(jobId);
        // Jobs that waited for it can be taken.
        worker.wake();
        jobChanged();
      },
      version: VERSION,
    });
    releases.push(() => app.close());
    const url = await app.listen({ host: config.host, port: config.port });
    warmUp();
    const upkeep = new Upkeep({
      db,
      blobs,
      retentionDays: config.retentionDays,
      webhookLogDays: config.webhookLogDays,
      log,
    });
    releases.push(() => upkeep.stop());
    return { url, newApiKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Workers only: they take jobs that other processes on the same data accept. */
export async function work(config: Config): Promise<Running> {
  const log = createLogger(config);
  const releases: (() => Promise<void>)[] = [];
  const stop = releaseAll(releases);
  try {
    const { db, blobs, vault } = await openStore(config, releases);
    const deliverer = startDeliverer({ config, db, vault, log, releases });
    startWorker({ config, db, blobs, log, releases, jobChanged: () => deliverer.wake() }).warmUp();
    log.info({ version: VERSION }, 'working');
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Parser and engine without a server, for the commands that read local files.
 *
 * @param options.keepsReadings keep the text of documents in the cache folder, so that they are read only once.
 */
export function openPipeline(
  config: Config,
  options: { keepsReadings?: boolean } = {},
): { parser: Parser; engine: Engine } {
  const reader = createParser({
    processes: config.workers,
    // For the one job more that a worker takes when a single project has all places.
    spareProcesses: 1,
    timeoutMs: config.parseTimeoutMs,
    memoryBytes: config.parseMemoryBytes,
    dataDir: config.cacheDir,
  });
  const parser = options.keepsReadings ? keepReadings(reader, join(config.cacheDir, 'readings')) : reader;
  const engine = createLocalEngine({
    threads: config.workers,
    cacheDir: config.cacheDir,
    noneThreshold: config.noneThreshold ?? undefined,
  });
  return { parser, engine };
}

/** Brings the database to the newest schema; returns the names of the migrations that ran. */
export async function runMigrations(config: Config): Promise<string[]> {
  return withDatabase(config, (db) => migrate(db));
}

/** What `pigeonhole keys` does, on the configured database. */
export const keys = {
  /** Makes a key for the project of that name (default: the default project), which is made if it is missing. */
  create: (config: Config, { name, project }: { name: string; project: string | null }) =>
    withDatabase(config, async (db) => {
      await migrate(db);
      const tenant = await ensureDefaultTenant(db);
      const projectId = project === null ? tenant.projectId : await ensureProject(db, project);
      return createApiKey(db, { projectId, userId: tenant.userId, name });
    }),
  list: (config: Config): Promise<ApiKeySummary[]> =>
    withDatabase(config, async (db) => {
      await migrate(db);
      return listApiKeys(db);
    }),
  /** False = there is no such active key. */
  revoke: (config: Config, id: string): Promise<boolean> =>
    withDatabase(config, async (db) => {
      await migrate(db);
      return revokeApiKey(db, id);
    }),
};

/** What `pigeonhole projects` does, on the configured database. */
export const projects = {
  /** @returns the id of the project of that name, which is made if it is missing. */
  create: (config: Config, name: string): Promise<string> => withTenants(config, (db) => ensureProject(db, name)),
  list: (config: Config): Promise<Project[]> => withTenants(config, listProjects),
  /** Null = there is no such project. */
  update: (config: Config, idOrName: string, changes: ProjectChanges): Promise<Project | null> =>
    withTenants(config, (db) => updateProject(db, idOrName, changes)),
};

/** The database with everything in it that a server would make at its first start. */
function withTenants<Result>(config: Config, use: (db: Database) => Promise<Result>): Promise<Result> {
  return withDatabase(config, async (db) => {
    await migrate(db);
    await ensureDefaultTenant(db);
    return use(db);
  });
}

const outboundPolicy = (config: Config) => ({
  allowPrivateAddresses: config.allowPrivateUrls,
  timeoutMs: config.fetchTimeoutMs,
});

async function openStore(config: Config, releases: (() => Promise<void>)[]) {
  const db = openDatabase(config);
  releases.push(() => db.destroy());
  await migrate(db);
  const blobs = new DiskBlobs(join(config.dataDir, 'blobs'));
  await blobs.removeLeftovers(LEFTOVER_AGE_MS);
  const vault = new Vault(config.encryptionKey ?? ensureKeyFile(join(config.dataDir, 'encryption.key')));
  await checkVault(db, vault);
  return { db, blobs, vault };
}

/** @returns the key it made, if it made one. */
async function ensureApiKey(db: Database, config: Config): Promise<string | null> {
  const tenant = await ensureDefaultTenant(db);
  await setEnvironmentKey(db, tenant, config.apiKey);
  return createFirstApiKey(db, { ...tenant, name: 'first start' });
}

function startWorker({
  config,
  db,
  blobs,
  log,
  releases,
  jobChanged = () => {},
}: {
  config: Config;
  db: Database;
  blobs: DiskBlobs;
  log: Logger;
  releases: (() => Promise<void>)[];
  /** Called after a worker has written a change of a job. */
  jobChanged?: () => void;
}): { worker: Worker; warmUp: () => void } {
  const { parser, engine } = openPipeline(config);
  releases.push(async () => {
    await Promise.all([parser.close(), engine.close()]);
  });
  const eviction = new ResultEviction({
    db,
    blobs,
    maxBytes: config.parseCacheBytes,
    onError: (error) => log.error({ err: error }, 'cannot evict what was read from documents'),
  });
  releases.push(() => eviction.settled());
  const resultStored = (sizeBytes: number) => eviction.stored(sizeBytes);
  const gists = new Gists({
    db,
    resultStored,
    onError: (error) => log.error({ err: error }, 'cannot keep what the engine has made of documents'),
  });
  const jobDeps = {
    db,
    blobs,
    parser,
    engine,
    outbound: outboundPolicy(config),
    maxUploadBytes: config.maxUploadBytes,
    resultStored,
    gists,
    examples: new ExampleReader({ db, blobs, gists }),
  };
  const queue = new JobQueue(db, config);
  const worker = new Worker(
    {
      claim: (which) => queue.claim(which),
      run: (job, signal) =>
        job.kind === 'classify' ? runClassifyJob(job, jobDeps, signal) : runParseJob(job, jobDeps, signal),
      settle: (lease, outcome) => queue.settle(lease, outcome).finally(jobChanged),
      heartbeat: (leases) => queue.heartbeat(leases),
      markRunning: (lease) => queue.markRunning(lease).finally(jobChanged),
      log,
    },
    {
      concurrency: config.workers,
      leaseMs: config.leaseMs,
      reportRunningAfterMs: config.reportRunningAfterMs,
      pollMs: POLL_MS,
    },
  );
  let stopping = false;
  releases.push(() => {
    stopping = true;
    return worker.stop(config.shutdownGraceMs);
  });
  // The first job should not wait for processes to start and models to load, nor should the start of the server.
  const warmUp = () => {
    for (const part of [parser, engine]) {
      part.warmUp().catch((error: unknown) => {
        if (!stopping) log.error({ err: error }, 'cannot warm up; the first job will tell');
      });
    }
  };
  return { worker, warmUp };
}

function startDeliverer({
  config,
  db,
  vault,
  log,
  releases,
}: {
  config: Config;
  db: Database;
  vault: Vault;
  log: Logger;
  releases: (() => Promise<void>)[];
}): Deliverer<ClaimedDelivery> {
  const policy = { allowPrivateAddresses: config.allowPrivateWebhooks, timeoutMs: config.webhookTimeoutMs };
  const leaseMs = config.webhookTimeoutMs + WEBHOOK_LEASE_MARGIN_MS;
  const deliverer = new Deliverer<ClaimedDelivery>(
    {
      lanes: () => openLanes(db),
      claim: (lane, limit) => claimDeliveries(db, { lane, limit, leaseMs }),
      send: async (delivery, signal) => {
        const settings: WebhookSettings = JSON.parse(vault.open(delivery.sealed, delivery.endpointId));
        const attempt = delivery.attempts.length + 1;
        return sendEvent({ settings, event: delivery.event, attempt }, policy, signal);
      },
      settle: (delivery, outcome) => settleDelivery(db, delivery, outcome),
      log,
    },
    { concurrency: config.webhookConcurrency, retryWaitsMs: config.webhookRetryWaitsMs },
  );
  releases.push(() => deliverer.stop(config.shutdownGraceMs));
  return deliverer;
}

async function withDatabase<Result>(config: Config, use: (db: Database) => Promise<Result>): Promise<Result> {
  const db = openDatabase(config);
  try {
    return await use(db);
  } finally {
    await db.destroy();
  }
}

/** Undoes what was started, last first, once, however often it is called. */
function releaseAll(releases: (() => Promise<void>)[]): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  const run = async () => {
    for (const release of releases.toReversed()) await release();
  };
  return () => {
    stopped ??= run();
    return stopped;
  };
}

/** JSON lines on standard error: standard output belongs to what a person reads. */
function createLogger(config: Config): Logger {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      // What the multipart plugin writes at level trace holds the key of the request.
      redact: { paths: ['busboyOptions.headers'], remove: true },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
