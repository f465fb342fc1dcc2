import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { type ClaimedJob, JobQueue, type Outcome } from '../../src/queue/queue.ts';
import { cancelClassifyJob } from '../../src/store/classify-jobs.ts';
import { Worker, type WorkerDeps } from '../../src/worker/loop.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/server.ts';

type Done = Extract<Outcome, { kind: 'done' }>;

const DONE: Done = {
  kind: 'done',
  parseJobId: 'pjb-1',
  result: { type: 'invoice', confidence: 0.9, reasoning: 'It says invoice.' },
  details: {},
};
const SETTINGS = { concurrency: 2, leaseMs: 900, reportRunningAfterMs: 60_000, pollMs: 60_000 };

let store: TestDatabase;
let worker: Worker;

beforeEach(async () => {
  store = await openTestDatabase();
});
afterEach(async () => {
  await worker.stop(0);
  await store.close();
});

/** A worker over a real queue that does `run` with each job. */
function start(run: WorkerDeps['run'], settings: Partial<typeof SETTINGS> = {}, leaseMs = SETTINGS.leaseMs) {
  const queue = new JobQueue(store.db, { leaseMs, maxAttempts: 3 });
  const silent = () => {};
  worker = new Worker(
    {
      claim: (which) => queue.claim(which),
      run,
      settle: (lease, outcome) => queue.settle(lease, outcome),
      heartbeat: (leases) => queue.heartbeat(leases),
      markRunning: (lease) => queue.markRunning(lease),
      log: { info: silent, warn: silent, error: silent },
    },
    { ...SETTINGS, ...settings },
  );
  return queue;
}

const status = (id: string, wanted: string) =>
  eventually(`${id} is ${wanted}`, async () => ((await store.job(id)).status === wanted ? wanted : null));

/** Runs until it is aborted. */
const forever = (_job: ClaimedJob, signal: AbortSignal) =>
  new Promise<Done>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('a job that is announced begins without waiting for the next poll', async () => {
  start(async () => DONE);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const id = await store.addJob();
  worker.wake();
  await status(id, 'COMPLETED');
});

test('a job that nobody announced is found by polling', async () => {
  start(async () => DONE, { pollMs: 50 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await status(await store.addJob(), 'COMPLETED');
});

test('no more jobs run at once than the worker has room for, and all get done', async () => {
  let running = 0;
  let most = 0;
  const ids = await Promise.all(Array.from({ length: 12 }, () => store.addJob()));
  start(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running--;
    return DONE;
  });
  for (const id of ids) await status(id, 'COMPLETED');
  expect(most).toBe(SETTINGS.concurrency);
});

test("one project's slow documents, however many, do not keep another project's from being read", async () => {
  const running = new Set<string>();
  const slow = await Promise.all(Array.from({ length: 6 }, () => store.addJob()));
  const other = await store.project('other');
  start(
    async (claimed, signal) => {
      running.add(claimed.lease.jobId);
      return claimed.job.project_id === other ? DONE : forever(claimed, signal);
    },
    { pollMs: 20 },
  );
  await eventually('all places are taken', async () => running.size === SETTINGS.concurrency || null);
  const ids = [await store.addJob(other), await store.addJob(other)];
  for (const id of ids) {
    await eventually(`${id} is COMPLETED`, async () =>
      (await store.job(id, other)).status === 'COMPLETED' ? true : null,
    );
  }
  expect(slow.filter((id) => running.has(id))).toHaveLength(SETTINGS.concurrency);
});

test('a job that runs longer than its lease is kept by heartbeats', async () => {
  const id = await store.addJob();
  let runs = 0;
  start(
    async () => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 3 * SETTINGS.leaseMs));
      return DONE;
    },
    { pollMs: 50 },
  );
  await status(id, 'COMPLETED');
  expect(runs).toBe(1);
});

test('a cancelled job is stopped at once when its worker is told', async () => {
  const id = await store.addJob();
  let stopped = false;
  start(async (job, signal) => {
    signal.addEventListener('abort', () => {
      stopped = true;
    });
    return forever(job, signal);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await cancelClassifyJob(store.db, store.tenant.projectId, id);
  worker.cancel(id);
  await eventually('the work stops', async () => stopped || null, { timeoutMs: 200 });
  expect((await store.job(id)).status).toBe('CANCELLED');
});

test('a job that another process cancelled is stopped with the next heartbeat', async () => {
  const id = await store.addJob();
  let stopped = false;
  start(async (job, signal) =>
    forever(job, signal).finally(() => {
      stopped = true;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  await cancelClassifyJob(store.db, store.tenant.projectId, id);
  await eventually('the work stops', async () => stopped || null, { timeoutMs: SETTINGS.leaseMs });
});

test('a job is seen as RUNNING only after it has run for a while', async () => {
  const id = await store.addJob();
  start(async (job, signal) => forever(job, signal), { reportRunningAfterMs: 300 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await store.job(id)).status).toBe('PENDING');
  await status(id, 'RUNNING');
});

test('a document that cannot be read ends the job with the code and the sentence', async () => {
  const id = await store.addJob();
  start(async () => {
    throw new AppError('PDF_IS_BROKEN', 'The PDF cannot be opened.');
  });
  await status(id, 'FAILED');
  expect((await store.job(id)).error_message).toBe('PDF_IS_BROKEN: The PDF cannot be opened.');
});

test('an unexpected fault tells the owner nothing internal and is tried again', async () => {
  const id = await store.addJob();
  let runs = 0;
  start(
    async () => {
      if (++runs === 1) throw new Error('secret internals');
      return DONE;
    },
    { pollMs: 50 },
  );
  await status(id, 'COMPLETED');
  expect(runs).toBe(2);
  expect(JSON.stringify(await store.job(id))).not.toContain('secret');
});

test('stopping waits for running jobs to finish', async () => {
  const id = await store.addJob();
  start(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return DONE;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await worker.stop(5_000);
  expect((await store.job(id)).status).toBe('COMPLETED');
});

test('what does not finish within the grace period is given back for others to take at once', async () => {
  const id = await store.addJob();
  const queue = start(forever);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await worker.stop(50);
  expect((await queue.claim())?.lease).toMatchObject({ jobId: id, attempt: 2 });
});
