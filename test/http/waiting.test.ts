import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { Api, holdReaders, INVOICE, type Refusal, RULES } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
/** Another server on the same data, with workers of its own. */
let other: TestServer;
let api: Api;
let file: string;
let unique = 0;

beforeAll(async () => {
  server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_MAX_WAITING_REQUESTS: '20',
    PIGEONHOLE_MAX_EVENT_STREAMS: '6',
  });
  api = new Api(server.url);
  file = (await api.upload()).id;
  await api.ended((await api.job(file)).id);
  other = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_DATA_DIR: server.dataDir });
});
afterAll(async () => {
  await other.stop();
  await dispose(server);
});

/** A document that no one has read yet. */
const unread = async () => (await api.upload(`${INVOICE}${++unique}`)).id;

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

const waitFor = <Body = ClassifyJob>(id: string, seconds: number, client = api, signal?: AbortSignal) =>
  client.call<Body>('GET', `/api/v2/classify/${id}?wait_seconds=${seconds}`, { ...(signal && { signal }) });

/** Nobody reads documents until the returned function is called. */
async function holdAllReaders(): Promise<() => void> {
  // A reader whose job was cancelled a moment ago is being replaced.
  const releases = await Promise.all(
    [server, other].map((each) =>
      eventually('there is a reader to hold', () => holdReaders(each.process.pid!).catch(() => null)),
    ),
  );
  return () => {
    for (const release of releases) release();
  };
}

describe('a request with wait_seconds', () => {
  test('is answered as soon as the job has ended', async () => {
    const { id } = await api.job(await unread());
    const { result, seconds } = await timed(() => waitFor(id, 30));
    expect(result.body).toMatchObject({ id, status: 'COMPLETED', result: { type: 'invoice' } });
    expect(seconds).toBeLessThan(10);
  });

  test('of a job that has ended, or does not exist, is answered at once', async () => {
    const job = await api.ended((await api.job(file)).id);
    const { result, seconds } = await timed(() => Promise.all([waitFor(job.id, 60), waitFor('clj-x', 60)]));
    expect(result.map(({ status }) => status)).toEqual([200, 404]);
    expect(seconds).toBeLessThan(5);
  });

  test('is answered with the job as it is when the time is over', async () => {
    const release = await holdAllReaders();
    try {
      const { id } = await api.job(await unread());
      const { result, seconds } = await timed(() => waitFor(id, 1));
      expect(result.status).toBe(200);
      expect(['PENDING', 'RUNNING']).toContain(result.body.status);
      expect(seconds).toBeGreaterThanOrEqual(0.95);
      expect(seconds).toBeLessThan(10);
      await api.call('POST', `/api/v2/classify/${id}/cancel`);
    } finally {
      release();
    }
  });

  test('sees what another server does, for many who wait at once', async () => {
    const release = await holdAllReaders();
    try {
      const { id } = await api.job(await unread());
      const waiting = Promise.all(Array.from({ length: 8 }, () => waitFor(id, 30)));
      const cancelled = await new Api(other.url).call('POST', `/api/v2/classify/${id}/cancel`);
      expect(cancelled.status).toBe(200);
      const { result, seconds } = await timed(() => waiting);
      expect(result.map(({ body }) => body.status)).toEqual(Array(8).fill('CANCELLED'));
      expect(seconds).toBeLessThan(10);
    } finally {
      release();
    }
  });

  test('takes a place, of which a project has half; a client that goes away gives its place back', async () => {
    const release = await holdAllReaders();
    try {
      const { id } = await api.job(await unread());
      const gone = new AbortController();
      const waiting = Array.from({ length: 10 }, () => waitFor(id, 60, api, gone.signal).catch(() => null));
      const refused = await eventually('all places are taken', async () => {
        const answer = await waitFor<Refusal>(id, 1);
        return answer.status === 429 ? answer : null;
      });
      expect(refused.body.detail).toBe('There are too many waiting requests already; try again later.');
      expect(refused.headers.get('retry-after')).toBe('1');
      // Requests that do not wait need no place.
      expect((await api.call('GET', `/api/v2/classify/${id}`)).status).toBe(200);
      const { stdout } = await runCli(['keys', 'create', '--project', 'more'], {
        PIGEONHOLE_DATA_DIR: server.dataDir,
      });
      const stranger = new Api(server.url, stdout.trim());
      const theirs = await stranger.job((await stranger.upload(`${INVOICE}${++unique}`)).id);
      expect((await waitFor(theirs.id, 1, stranger)).status).toBe(200);

      gone.abort();
      await Promise.all(waiting);
      await eventually('the places are free', async () => (await waitFor(id, 1)).status === 200 || null);
      await api.call('POST', `/api/v2/classify/${id}/cancel`);
      await stranger.call('POST', `/api/v2/classify/${theirs.id}/cancel`);
    } finally {
      release();
    }
  });

  test.each([
    ['61', 'less_than_equal'],
    ['-1', 'greater_than_equal'],
    ['soon', 'int_parsing'],
  ])('of %s seconds is refused', async (seconds, type) => {
    const { status, body } = await api.call<{ detail: object[] }>('GET', `/api/v2/classify/x?wait_seconds=${seconds}`);
    expect(status).toBe(422);
    expect(body.detail[0]).toMatchObject({ type, loc: ['query', 'wait_seconds'] });
  });
});

interface StreamEvent {
  id: number;
  name: string;
  data: { job_id: string; status: string; project_id: string; created_at: string };
}

/** Reads a stream of events as a browser does. */
class Events {
  readonly events: StreamEvent[] = [];
  readonly #stop = new AbortController();
  response: Response | null = null;
  ended = false;

  async open(client: Api, key: string | null, lastEventId?: number): Promise<this> {
    this.response = await fetch(`${client.url}/api/v2/classify/events`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      },
      signal: this.#stop.signal,
    });
    if (this.response.ok) void this.#read(this.response.body!).catch(() => {});
    return this;
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const parts = text.split('\n\n');
        text = parts.pop()!;
        for (const part of parts) {
          const fields = new Map(part.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
          if (!fields.has('data')) continue;
          this.events.push({
            id: Number(fields.get('id')),
            name: fields.get('event') ?? 'message',
            data: JSON.parse(fields.get('data')!),
          });
        }
      }
    } finally {
      this.ended = true;
    }
  }

  of(jobId: string): string[] {
    return this.events.filter(({ data }) => data.job_id === jobId).map(({ data }) => data.status);
  }

  close(): void {
    this.#stop.abort();
  }
}

describe('the stream of events', () => {
  let mine: Api;
  let key: string;
  beforeAll(async () => {
    key = (
      await runCli(['keys', 'create', '--project', 'streamed'], { PIGEONHOLE_DATA_DIR: server.dataDir })
    ).stdout.trim();
    mine = new Api(server.url, key);
  });

  const follow = (lastEventId?: number, client = mine) => new Events().open(client, key, lastEventId);

  test('tells every status of every job of the project, and of no other, in order', async () => {
    const stream = await follow();
    expect(stream.response!.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const input = (await mine.upload()).id;
    const theirs = await api.job(file);
    const jobs = await Promise.all(Array.from({ length: 5 }, () => mine.job(input)));
    await eventually('all jobs end', async () => jobs.every(({ id }) => stream.of(id).includes('COMPLETED')) || null);
    for (const { id } of jobs)
      expect(stream.of(id).filter((status) => status !== 'RUNNING')).toEqual(['PENDING', 'COMPLETED']);
    await api.ended(theirs.id);
    expect(stream.of(theirs.id)).toEqual([]);
    const ids = stream.events.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    stream.close();
  });

  test('goes on behind the last event that was received, also on another server', async () => {
    const stream = await follow();
    const input = (await mine.upload()).id;
    const first = await mine.job(input);
    await eventually('its end is told', async () => stream.of(first.id).includes('COMPLETED') || null);
    stream.close();
    const seen = stream.events.at(-1)!.id;
    const meanwhile = await mine.ended((await mine.job(input)).id);
    for (const client of [mine, new Api(other.url, key)]) {
      const resumed = await follow(seen, client);
      await eventually('what was missed is told', async () => resumed.of(meanwhile.id).includes('COMPLETED') || null);
      expect(resumed.of(first.id)).toEqual([]);
      expect(resumed.of(meanwhile.id)[0]).toBe('PENDING');
      resumed.close();
    }
  });

  test('says when it cannot know what was missed', async () => {
    const stream = await follow(999_999_999);
    await eventually('it says so', async () => stream.events[0]?.name === 'missed' || null);
    const job = await mine.job((await mine.upload()).id);
    await eventually('it goes on with what comes', async () => stream.of(job.id).length > 0 || null);
    stream.close();
  });

  test('takes a place, of which a project has half; a client that goes away gives its place back', async () => {
    // The streams of other tests may only just have been closed.
    const seated = () =>
      eventually('there is a place', async () => {
        const stream = await follow();
        return stream.response!.status === 200 ? stream : null;
      });
    const streams = [await seated(), await seated(), await seated()];
    const refused = await follow();
    expect(refused.response!.status).toBe(429);
    expect(await refused.response!.json()).toEqual({
      detail: 'There are too many event streams already; try again later.',
    });
    for (const stream of streams) stream.close();
    (await seated()).close();
  });

  test('cannot be asked for its headers only', async () => {
    expect((await mine.call('HEAD', '/api/v2/classify/events')).status).toBe(405);
  });
});

test('a server that stops answers who waits and ends its streams at once', async () => {
  const stopping = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_SHUTDOWN_GRACE_MS: '100' });
  const client = new Api(stopping.url);
  await client.ended((await client.job((await client.upload()).id)).id);
  const release = await holdReaders(stopping.process.pid!);
  try {
    const { id } = await client.job((await client.upload(`${INVOICE} held`)).id);
    const waiting = waitFor(id, 60, client);
    const { stdout } = await runCli(['keys', 'create'], { PIGEONHOLE_DATA_DIR: stopping.dataDir });
    const stream = await new Events().open(client, stdout.trim());
    expect(stream.response!.status).toBe(200);
    // The request has certainly arrived when one that was sent later has been answered.
    await client.create({ file_input: id, configuration: { rules: RULES } });
    const { result: code, seconds } = await timed(() => stopping.stop());
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
    expect((await waiting).body).toMatchObject({ id });
    await eventually('the stream ends', async () => stream.ended || null);
  } finally {
    release();
    await dispose(stopping);
  }
});
