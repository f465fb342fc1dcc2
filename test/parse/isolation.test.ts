import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { committed, docxBomb, onDisk, pdfBomb } from './documents.ts';
import { read, testParser } from './parser.ts';

const parsers: ReturnType<typeof testParser>[] = [];
const makeParser: typeof testParser = (settings) => {
  const parser = testParser(settings);
  parsers.push(parser);
  return parser;
};

// Every test is also a test of close(): nothing may be left of any parser.
afterEach(async () => {
  for (const parser of parsers.splice(0)) {
    await parser.close();
    expect(parser.started.filter(isAlive)).toEqual([]);
  }
});

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);
const small = () => onDisk('small.txt', 'A small document.');
/** A second of OCR. */
const slow = () => committed('scan.png');
/** Seconds of synchronous work inside the reader's only thread. */
const blocking = () => onDisk('big.html', `<html>${'<p>x</p>'.repeat(2_000_000)}`);

describe('a document that does harm', () => {
  test('is given up at the deadline, and the next one is read', async () => {
    const parser = makeParser({ timeoutMs: 300 });
    await parser.warmUp();
    for (const source of [slow(), blocking()]) {
      const begun = performance.now();
      await expect(read(parser, source)).rejects.toMatchObject({ code: 'TIMEOUT', retryable: false });
      expect(performance.now() - begun).toBeLessThan(1000);
      expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
    }
  });

  test.each([
    ['a PDF', 'bomb.pdf', pdfBomb],
    ['a Word document', 'bomb.docx', docxBomb],
  ])('is given up at the memory limit, and the next one is read: %s', async (_what, name, bomb) => {
    const bytes = bomb();
    expect(bytes.length).toBeLessThan(2_000_000);
    const parser = makeParser({ memoryBytes: 300 * 1024 * 1024 });
    await expect(read(parser, onDisk(name, bytes))).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      retryable: false,
    });
    expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
  });

  test('fails alone while others are read beside it', async () => {
    const parser = makeParser({ processes: 2, timeoutMs: 2500 });
    const others = Array.from({ length: 40 }, () => read(parser, committed('invoice.pdf')));
    const bad = expect(read(parser, blocking())).rejects.toMatchObject({ code: 'TIMEOUT' });
    const more = Array.from({ length: 40 }, () => read(parser, small()));
    expect(await Promise.all([...others, ...more])).toHaveLength(80);
    await bad;
  });
});

describe('a reader process', () => {
  test('that is killed fails its document as retryable, and is replaced', async () => {
    const parser = makeParser();
    await parser.warmUp();
    const reading = expect(read(parser, slow())).rejects.toMatchObject({ code: 'PARSER_CRASHED', retryable: true });
    const waiting = read(parser, small());
    await sleep(100);
    for (const pid of parser.pids) process.kill(pid, 'SIGKILL');
    await reading;
    expect(await waiting).toMatchObject({ kind: 'txt' });
    expect(parser.started).toHaveLength(2);
  });

  test('that is killed while idle is replaced', async () => {
    const parser = makeParser();
    await parser.warmUp();
    process.kill(parser.started[0]!, 'SIGKILL');
    await vi.waitFor(() => expect(parser.started).toHaveLength(2));
    expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
  });

  test('is reused', async () => {
    const parser = makeParser();
    for (let count = 0; count < 20; count++) await read(parser, small());
    expect(parser.started).toHaveLength(1);
  });

  test('that has grown is replaced after its document', async () => {
    const parser = makeParser({ memoryBytes: 300 * 1024 * 1024 });
    await read(parser, small());
    expect(parser.started).toHaveLength(1);
    await read(parser, onDisk('big.txt', 'pigeon '.repeat(3_000_000)));
    await vi.waitFor(() => expect(parser.started).toHaveLength(2));
  });

  test('inherits nothing of the environment', async () => {
    process.env.DATABASE_URL = 'postgres://user:secret@host/db';
    process.env.PIGEONHOLE_API_KEY = 'secret';
    try {
      const parser = makeParser();
      await parser.warmUp();
      const names = readFileSync(`/proc/${parser.started[0]}/environ`, 'utf8')
        .split('\0')
        .map((entry) => entry.split('=')[0]);
      expect(names.filter((name) => name !== '').sort()).toEqual([
        'NODE_CHANNEL_FD',
        'NODE_CHANNEL_SERIALIZATION_MODE',
        'TZ',
      ]);
    } finally {
      delete process.env.DATABASE_URL;
      delete process.env.PIGEONHOLE_API_KEY;
    }
  });

  test('is held to a memory limit by the system too, and leaves no core dump (skipped without prlimit)', async ({
    skip,
  }) => {
    if (!existsSync('/usr/bin/prlimit')) skip('there is no prlimit here');
    const parser = makeParser();
    await parser.warmUp();
    const limits = readFileSync(`/proc/${parser.started[0]}/limits`, 'utf8');
    expect(limits).toMatch(/Max core file size +0 +0/);
    expect(Number(/Max data size +(\d+)/.exec(limits)?.[1])).toBe((3 * 1024 + 700) * 1024 * 1024);
  });

  test('yields to the service', async () => {
    const parser = makeParser();
    await parser.warmUp();
    const stat = readFileSync(`/proc/${parser.started[0]}/stat`, 'utf8');
    const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    expect(nice).toBe(10);
  });

  test.each(['slow', 'blocking'])('dies with a service that is killed while it reads a %s document', async (what) => {
    const source = what === 'slow' ? committed('report.pdf') : blocking();
    const service: ChildProcess = spawn(
      process.execPath,
      [new URL('./doomed-service.ts', import.meta.url).pathname, source.path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [output] = (await once(service.stdout!.setEncoding('utf8'), 'data')) as [string];
    const readers = output.trim().split(' ').map(Number);
    expect(readers.every(isAlive)).toBe(true);
    await sleep(100);
    service.kill('SIGKILL');
    await vi.waitFor(() => expect(readers.filter(isAlive)).toEqual([]), { timeout: 5000 });
  });
});

describe('an abort', () => {
  test('ends the reading and gives its reason', async () => {
    const parser = makeParser();
    await parser.warmUp();
    const controller = new AbortController();
    const reading = read(parser, slow(), { signal: controller.signal });
    await sleep(100);
    const begun = performance.now();
    controller.abort(new Error('cancelled'));
    await expect(reading).rejects.toThrow('cancelled');
    expect(performance.now() - begun).toBeLessThan(100);
    expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
  });

  test('ends the waiting, and leaves the others in the queue', async () => {
    const parser = makeParser();
    const first = read(parser, slow());
    const controller = new AbortController();
    const second = read(parser, small(), { signal: controller.signal });
    const third = read(parser, small());
    controller.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    expect(await Promise.all([first, third])).toHaveLength(2);
    expect(parser.started).toHaveLength(1);
  });

  test('that came before reads nothing', async () => {
    const parser = makeParser();
    await expect(read(parser, small(), { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow(
      'cancelled',
    );
    expect(parser.started).toHaveLength(0);
  });
});

describe('close', () => {
  test('fails what is being read and what is waiting as retryable', async () => {
    const parser = makeParser();
    await parser.warmUp();
    const all = [slow(), small(), small()].map((source) =>
      expect(read(parser, source)).rejects.toMatchObject({ code: 'PARSER_CRASHED', retryable: true }),
    );
    await sleep(50);
    await parser.close();
    await Promise.all(all);
    expect(parser.pids.size).toBe(0);
    await expect(read(parser, small())).rejects.toMatchObject({ code: 'PARSER_CRASHED' });
  });

  test('ends processes that are still starting', async () => {
    const parser = makeParser({ processes: 2 });
    const starting = parser.warmUp();
    starting.catch(() => {});
    await parser.close();
    expect(parser.started.filter(isAlive)).toEqual([]);
  });
});

test('processes that cannot start fail their documents instead of being started for ever', async () => {
  const parser = makeParser({ memoryBytes: 1024 * 1024 });
  const all = await Promise.allSettled([read(parser, small()), read(parser, small())]);
  expect(all).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'PARSER_CRASHED', retryable: true } }));
  const { length } = parser.started;
  await sleep(300);
  expect(parser.started).toHaveLength(length);
});

test('processes may unpack the OCR data at the same time', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pigeonhole-ocr-'));
  const parser = makeParser({ processes: 2, dataDir });
  await parser.warmUp();
  const documents = await Promise.all([read(parser, slow()), read(parser, slow())]);
  for (const { pages } of documents) expect(pages[0]?.text).toContain('INVOICE');
  expect(readdirSync(join(dataDir, 'tessdata'))).toEqual(['eng.traineddata']);
});

test('more documents than may wait are refused, and those that wait are read', async () => {
  const parser = makeParser({ maxWaiting: 2 });
  const reading = read(parser, slow());
  await vi.waitFor(() => expect(parser.started).toHaveLength(1));
  const waiting = [read(parser, small())];
  await expect(read(parser, small())).rejects.toMatchObject({ code: 'PARSER_BUSY', retryable: true });
  expect(await Promise.all([reading, ...waiting])).toHaveLength(2);
});

test('a spare process lives for as long as documents wait', async () => {
  const parser = makeParser({ spareProcesses: 1 });
  await parser.warmUp();
  expect(parser.started).toHaveLength(1);
  const reading = read(parser, slow());
  expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
  await reading;
  expect(parser.started).toHaveLength(2);
  await vi.waitFor(() => expect(parser.pids.size).toBe(1));
  expect(await read(parser, small())).toMatchObject({ kind: 'txt' });
});

test('never has more processes than it is allowed', async () => {
  const parser = makeParser({ processes: 2 });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, parser.pids.size);
  }, 5);
  await Promise.all(Array.from({ length: 200 }, () => read(parser, small())));
  clearInterval(watch);
  expect(most).toBe(2);
  expect(parser.started).toHaveLength(2);
});
