import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromNow } from '../../src/lib/clock.ts';
import { JobQueue, type Outcome } from '../../src/queue/queue.ts';
import { cancelClassifyJob } from '../../src/store/classify-jobs.ts';
import { openDatabase } from '../../src/store/database.ts';
import { cancelJob } from '../../src/store/job-rows.ts';
import { insertParseJob } from '../../src/store/parse-jobs.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const SETTINGS = { leaseMs: 10_000, maxAttempts: 3 };
const DONE: Outcome = {
  kind: 'done',
  parseJobId: 'pjb-1',
  result: { type: 'invoice', confidence: 0.9, reasoning: 'It says invoice.' },
  details: { scores: [] },
};

let store: TestDatabase;
let queue: JobQueue;

beforeEach(async () => {
  store = await openTestDatabase();
  queue = new JobQueue(store.db, SETTINGS);
});
afterEach(() => store.close());

/** Lets the lease (or the back-off) of a job end now, instead of sleeping. */
async function expire(jobId: string) {
  await store.db
    .updateTable('classify_jobs')
    .set({ claimable_at: fromNow(-1) })
    .where('id', '=', jobId)
    .execute();
}

async function claimed(from = queue) {
  const claim = await from.claim();
  if (!claim) throw new Error('there was nothing to claim');
  return claim;
}

test('a job is claimed once, oldest first, until there is none', async () => {
  const first = await store.addJob();
  const second = await store.addJob();
  expect((await claimed()).lease.jobId).toBe(first);
  expect((await claimed()).lease.jobId).toBe(second);
  expect(await queue.claim()).toBeNull();
});

test('many workers, over two connections, never get the same job', async () => {
  const ids = new Set<string>();
  for (let i = 0; i < 60; i++) ids.add(await store.addJob());
  const otherDb = openDatabase(store);
  const other = new JobQueue(otherDb, SETTINGS);
  const got = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? queue : other).claim()));
  await otherDb.destroy();
  expect(new Set(got.map((claim) => claim?.lease.jobId))).toEqual(ids);
});

test('a finished job carries its result and leaves the queue', async () => {
  const id = await store.addJob();
  const { lease } = await claimed();
  const before = await store.job(id);
  expect(await queue.settle(lease, DONE)).toBe(true);
  const job = await store.job(id);
  expect(job).toMatchObject({ status: 'COMPLETED', parse_job_id: 'pjb-1', result: { type: 'invoice' } });
  expect(job.updated_at > before.updated_at).toBe(true);
  await expire('none');
  expect(await queue.claim()).toBeNull();
  expect(await queue.settle(lease, DONE)).toBe(false);
});

test('a claimed job still says PENDING until it is reported as running', async () => {
  const id = await store.addJob();
  const { lease } = await claimed();
  expect((await store.job(id)).status).toBe('PENDING');
  expect(await queue.markRunning(lease)).toBe(true);
  expect((await store.job(id)).status).toBe('RUNNING');
});

describe('when a worker dies', () => {
  test('its job is claimed again once the lease has run out, not before', async () => {
    const id = await store.addJob();
    await claimed();
    expect(await queue.claim()).toBeNull();
    await expire(id);
    const again = await claimed();
    expect(again.lease).toEqual({ kind: 'classify', jobId: id, attempt: 2 });
  });

  test('and wakes up late, nothing it does counts any more', async () => {
    const id = await store.addJob();
    const { lease: stale } = await claimed();
    await expire(id);
    const { lease } = await claimed();
    expect(await queue.settle(stale, DONE)).toBe(false);
    expect(await queue.settle(stale, { kind: 'released' })).toBe(false);
    expect(await queue.markRunning(stale)).toBe(false);
    expect(await queue.heartbeat([stale, lease])).toEqual([id]);
    expect((await store.job(id)).status).toBe('PENDING');
    expect(await queue.settle(lease, DONE)).toBe(true);
  });

  test('over and over, the job is given up after the last attempt', async () => {
    const id = await store.addJob();
    for (let attempt = 1; attempt <= SETTINGS.maxAttempts; attempt++) {
      expect((await claimed()).lease.attempt).toBe(attempt);
      await expire(id);
    }
    expect(await queue.claim()).toBeNull();
    const job = await store.job(id);
    expect(job.status).toBe('FAILED');
    expect(job.error_message).toMatch(/^ATTEMPTS_EXHAUSTED: /);
  });
});

test('a heartbeat keeps a job for as long as it is repeated', async () => {
  const id = await store.addJob();
  const { lease } = await claimed();
  await expire(id);
  expect(await queue.heartbeat([lease])).toEqual([]);
  expect(await queue.claim()).toBeNull();
});

describe('a fault that may pass', () => {
  const retry: Outcome = { kind: 'retry', errorMessage: 'PARSER_CRASHED: The parser died.' };

  test('leads to another attempt after a delay that grows', async () => {
    const id = await store.addJob();
    const delays: number[] = [];
    for (let attempt = 1; attempt < SETTINGS.maxAttempts; attempt++) {
      const { lease } = await claimed();
      await queue.settle(lease, retry);
      expect(await queue.claim()).toBeNull();
      const row = await store.db.selectFrom('classify_jobs').select('claimable_at').executeTakeFirstOrThrow();
      delays.push(Date.parse(row.claimable_at!) - Date.now());
      await expire(id);
    }
    expect(delays[1]!).toBeGreaterThan(delays[0]! * 1.5);
  });

  test('ends the job with its own message once the attempts are used up', async () => {
    const id = await store.addJob();
    for (let attempt = 1; attempt <= SETTINGS.maxAttempts; attempt++) {
      await queue.settle((await claimed()).lease, retry);
      if ((await store.job(id)).status === 'PENDING') await expire(id);
    }
    expect(await store.job(id)).toMatchObject({ status: 'FAILED', error_message: retry.errorMessage });
  });
});

test('a job that a stopping worker gives back is free at once', async () => {
  const id = await store.addJob();
  await queue.settle((await claimed()).lease, { kind: 'released' });
  expect((await claimed()).lease.jobId).toBe(id);
});

describe('cancelling', () => {
  test('a waiting job takes it out of the queue', async () => {
    const id = await store.addJob();
    const outcome = await cancelClassifyJob(store.db, store.tenant.projectId, id);
    expect(outcome).toMatchObject({ cancelled: true, status: 'CANCELLED' });
    expect(await queue.claim()).toBeNull();
  });

  test('a running job takes the lease away, so that its result is not written', async () => {
    const id = await store.addJob();
    const { lease } = await claimed();
    await cancelClassifyJob(store.db, store.tenant.projectId, id);
    expect(await queue.heartbeat([lease])).toEqual([id]);
    expect(await queue.settle(lease, DONE)).toBe(false);
    expect(await store.job(id)).toMatchObject({ status: 'CANCELLED', result: null });
  });

  test('a finished job changes nothing', async () => {
    const id = await store.addJob();
    await queue.settle((await claimed()).lease, DONE);
    expect(await cancelClassifyJob(store.db, store.tenant.projectId, id)).toMatchObject({ cancelled: false });
    expect((await store.job(id)).status).toBe('COMPLETED');
  });
});

describe('between projects', () => {
  test("one project's backlog costs another project's job at most one turn", async () => {
    const busy = await store.project('busy');
    for (let i = 0; i < 200; i++) await store.addJob(busy);
    await claimed();
    const single = await store.addJob(await store.project('single'));
    const next = [await claimed(), await claimed()].map((claim) => claim.lease.jobId);
    expect(next).toContain(single);
  });

  test('a project that is left out is left alone', async () => {
    const [first, second] = [await store.project('first'), await store.project('second')];
    const [left, taken] = [await store.addJob(first), await store.addJob(second)];
    expect((await queue.claim({ exceptProject: first }))?.lease.jobId).toBe(taken);
    expect(await queue.claim({ exceptProject: first })).toBeNull();
    expect((await queue.claim())?.lease.jobId).toBe(left);
  });

  test('turns go round all projects that have work', async () => {
    const projects = await Promise.all(['a', 'b', 'c'].map((name) => store.project(name)));
    for (const project of projects) for (let i = 0; i < 4; i++) await store.addJob(project);
    const turns: string[] = [];
    for (let i = 0; i < 12; i++) turns.push((await claimed()).job.project_id);
    for (let round = 0; round < 4; round++) {
      expect(new Set(turns.slice(round * 3, round * 3 + 3)).size).toBe(3);
    }
  });

  test('a project whose jobs all wait for later does not block the others', async () => {
    const waiting = await store.project('waiting');
    for (let i = 0; i < 5; i++) {
      await store.addJob(waiting);
      const { lease } = await claimed();
      await queue.settle(lease, { kind: 'retry', errorMessage: 'X: y.' });
    }
    const id = await store.addJob(await store.project('ready'));
    expect((await claimed()).lease.jobId).toBe(id);
    expect(await queue.claim()).toBeNull();
  });
});

describe('between kinds of jobs', () => {
  const addParse = async () =>
    (
      await insertParseJob(store.db, {
        project_id: store.tenant.projectId,
        name: 'a.txt',
        tier: 'fast',
        user_metadata: null,
        inputId: 'dfl-1',
        request: {
          options: { lang: 'en', maxPages: null, targetPages: null },
          disableCache: false,
          parameters: null,
        },
      })
    ).id;
  const key = () => ({ projectId: store.tenant.projectId, contentHash: 'hash', cacheKey: 'key' });

  test('turns alternate while both have work', async () => {
    for (let i = 0; i < 3; i++) {
      await store.addJob();
      await addParse();
    }
    await addParse();
    const kinds: string[] = [];
    for (let i = 0; i < 7; i++) kinds.push((await claimed()).kind);
    expect(kinds).toEqual(['classify', 'parse', 'classify', 'parse', 'classify', 'parse', 'parse']);
  });

  test('a lease of a parse job is fenced, and its end recorded once, like any other', async () => {
    const id = await addParse();
    const { lease } = await claimed();
    expect(await queue.settle({ ...lease, attempt: 7 }, { kind: 'parsed', name: 'a.txt', resultKey: key() })).toBe(
      false,
    );
    expect(await queue.settle(lease, { kind: 'parsed', name: 'a.txt', resultKey: key() })).toBe(true);
    expect(await queue.settle(lease, { kind: 'failed', errorMessage: 'X: y.' })).toBe(false);
    const events = await store.db.selectFrom('job_events').select(['job_id', 'kind', 'status']).execute();
    expect(events).toEqual([
      { job_id: id, kind: 'parse', status: 'PENDING' },
      { job_id: id, kind: 'parse', status: 'COMPLETED' },
    ]);
  });

  test.each(['parsed', 'failed', 'cancelled'] as const)(
    'a classify job waits for its parse job without using up attempts, until that has %s',
    async (end) => {
      const parseId = await addParse();
      const { lease } = await claimed();
      const id = await store.addJob(store.tenant.projectId, parseId);
      expect(await queue.claim()).toBeNull();
      if (end === 'parsed') await queue.settle(lease, { kind: 'parsed', name: 'a.txt', resultKey: key() });
      else if (end === 'failed') await queue.settle(lease, { kind: 'failed', errorMessage: 'X: y.' });
      else await cancelJob(store.db, 'parse', store.tenant.projectId, parseId);
      expect((await claimed()).lease).toEqual({ kind: 'classify', jobId: id, attempt: 1 });
    },
  );
});

test('claiming reads the queue index from where it left off, without sorting', async () => {
  const { rows } = await sql<{ detail: string }>`explain query plan
    select id from classify_jobs where claimable_at <= 'x' and project_id > '' order by project_id, claimable_at limit 1`.execute(
    store.db,
  );
  expect(rows.map((row) => row.detail)).toEqual([
    expect.stringContaining('USING INDEX classify_jobs_queue (project_id>?)'),
  ]);
});

test('every status a job gets is recorded once, in order', async () => {
  const finished = await store.addJob();
  const cancelled = await store.addJob();
  const { lease } = await claimed();
  await queue.markRunning(lease);
  await queue.settle(lease, DONE);
  await queue.settle(lease, DONE);
  await cancelClassifyJob(store.db, store.tenant.projectId, cancelled);
  const events = await store.db
    .selectFrom('job_events')
    .select(['job_id', 'status', 'kind'])
    .orderBy('sequence')
    .execute();
  expect(events.map((event) => [event.job_id, event.status])).toEqual([
    [finished, 'PENDING'],
    [cancelled, 'PENDING'],
    [finished, 'RUNNING'],
    [finished, 'COMPLETED'],
    [cancelled, 'CANCELLED'],
  ]);
  expect(new Set(events.map((event) => event.kind))).toEqual(new Set(['classify']));
});
