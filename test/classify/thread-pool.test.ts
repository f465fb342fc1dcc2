import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createThreadPool, type ThreadPool } from '../../src/lib/thread-pool.ts';

type Pool = ThreadPool<string, string>;
const pools: Pool[] = [];

function poolOf(threads: number, workerData: unknown = null): Pool {
  const pool = createThreadPool<string, string>({
    script: new URL('./thread-that-obeys.ts', import.meta.url),
    workerData,
    threads,
  });
  pools.push(pool);
  return pool;
}

afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

describe('a thread that fails', () => {
  test('rejects its job as a retryable internal error and goes on', async () => {
    const pool = poolOf(1);
    await expect(pool.run('throw')).rejects.toMatchObject({ code: 'INTERNAL_ERROR', retryable: true });
    await expect(pool.run('hello')).resolves.toBe('hello');
  });

  test.each(['exit', 'crash'])('on %s is replaced, and only its own job is lost', async (end) => {
    const pool = poolOf(1);
    const results = await Promise.allSettled([pool.run('a'), pool.run(end), pool.run('b')]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: { code: 'INTERNAL_ERROR', retryable: true } },
      { status: 'fulfilled', value: 'b' },
    ]);
  });

  test('while loading rejects the job and the warm-up, with the cause', async () => {
    const pool = poolOf(1, 'fail to load');
    await expect(pool.run('hello')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      cause: { message: 'cannot load' },
    });
    await expect(pool.warmUp()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });
});

describe('aborting', () => {
  test('drops a waiting job, which then never runs', async () => {
    const pool = poolOf(1);
    const controller = new AbortController();
    const first = pool.run('wait 200');
    const second = pool.run('count', { signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(second).rejects.toThrow('stop');
    await first;
    await expect(pool.run('count')).resolves.toBe('1');
  });

  test('ignores the result of a running job, and the thread serves the next one', async () => {
    const pool = poolOf(1);
    const controller = new AbortController();
    const running = pool.run('wait 200', { signal: controller.signal });
    setTimeout(20).then(() => controller.abort(new Error('stop')));
    await expect(running).rejects.toThrow('stop');
    await expect(pool.run('hello')).resolves.toBe('hello');
  });

  test('before the start rejects at once', async () => {
    await expect(poolOf(1).run('hello', { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});

describe('closing', () => {
  test('finishes the running job, rejects the waiting one and refuses new ones', async () => {
    const pool = poolOf(1);
    await pool.warmUp();
    const running = pool.run('wait 100');
    const waiting = expect(pool.run('hello')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await pool.close();
    await expect(running).resolves.toBe('wait 100');
    await waiting;
    await expect(pool.run('hello')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  test.each([0, 1_000])('after %d ms does not wait for a thread that is still loading, nor for its job', async (ms) => {
    const pool = poolOf(1, 'load slowly');
    const warm = expect(pool.warmUp()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    const given = expect(pool.run('hello')).rejects.toMatchObject({ code: 'INTERNAL_ERROR', retryable: true });
    await setTimeout(ms);
    const started = performance.now();
    await pool.close();
    await Promise.all([warm, given]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('ends without threads ever started', async () => {
    await poolOf(2).close();
  });
});

test.each(['warm up', 'jobs'])('the first thread loads alone, and all of them load: by %s', async (how) => {
  const counts = new Int32Array(new SharedArrayBuffer(12));
  const pool = poolOf(3, counts.buffer);
  if (how === 'warm up') await pool.warmUp();
  else await Promise.all(Array.from({ length: 6 }, () => pool.run('wait 300')));
  expect([...counts]).toEqual([0, 3, 0]);
});

test('as many jobs as threads run at a time', async () => {
  const pool = poolOf(2);
  await pool.warmUp();
  const started = performance.now();
  await Promise.all([pool.run('wait 300'), pool.run('wait 300'), pool.run('wait 300')]);
  const elapsed = performance.now() - started;
  expect(elapsed).toBeGreaterThan(590);
  expect(elapsed).toBeLessThan(890);
});

test.runIf(process.platform === 'linux')('a thread lowers its own priority, not that of the process', async () => {
  const pool = poolOf(1);
  const thread = await pool.run('step back');
  expect(nicenessOf(process.pid)).toBe(0);
  expect(thread).toBe('5');
  expect(readdirSync('/proc/self/task').map(nicenessOf)).toContain(5);
});

/** Field 19 of /proc/<pid>/task/<tid>/stat, counted after the command in parentheses. */
function nicenessOf(tid: number | string): number {
  const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}
