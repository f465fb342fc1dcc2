import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import SdkLatest from 'llama-cloud-latest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Api, bodyFor, holdReaders, type Refusal, RULES } from '../support/api.ts';
import { dispose, runCli, startServer, type TestServer } from '../support/server.ts';

/** Sets settings of the project a client's key belongs to. */
async function setProject(server: TestServer, client: Api, settings: object): Promise<void> {
  const { project_id } = await client.upload();
  const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
  database.exec('pragma busy_timeout = 10000');
  database.prepare('update projects set settings = ? where id = ?').run(JSON.stringify(settings), project_id);
  database.close();
}

async function newProject(server: TestServer, name: string): Promise<Api> {
  const { stdout } = await runCli(['keys', 'create', '--project', name], { PIGEONHOLE_DATA_DIR: server.dataDir });
  return new Api(server.url, stdout.trim());
}

describe('with rates set', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer({
      PIGEONHOLE_WORKERS: '1',
      // Three and six a minute: what a test sends is over long before the minute is.
      PIGEONHOLE_KEY_REQUESTS_PER_SECOND: '0.05',
      PIGEONHOLE_PROJECT_REQUESTS_PER_SECOND: '0.1',
    });
    api = new Api(server.url);
  });
  afterAll(() => dispose(server));

  test('a key may send so many requests; then it is told when to come again, and other keys are not', async () => {
    const answers: Answer<Refusal>[] = [];
    for (let sent = 0; sent < 5; sent++) answers.push(await api.call<Refusal>('GET', '/api/v2/classify'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const refused = answers[3]!;
    expect(refused.body).toEqual({ detail: 'Rate limit exceeded. Maximum 3 requests per 60 seconds for an API key.' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThan((seconds - 1) * 1000);

    const { stdout } = await runCli(['keys', 'create'], { PIGEONHOLE_DATA_DIR: server.dataDir });
    const colleague = new Api(server.url, stdout.trim());
    const more: number[] = [];
    for (let sent = 0; sent < 3; sent++) more.push((await colleague.call('GET', '/api/v2/classify')).status);
    // Six a minute are for all keys of the project together: three were used up above.
    expect(more).toEqual([200, 200, 200]);
    const third = new Api(
      server.url,
      (await runCli(['keys', 'create'], { PIGEONHOLE_DATA_DIR: server.dataDir })).stdout.trim(),
    );
    const full = await third.call<Refusal>('GET', '/api/v2/classify');
    expect(full.status).toBe(429);
    expect(full.body.detail).toBe('Rate limit exceeded. Maximum 6 requests per 60 seconds for a project.');

    const stranger = await newProject(server, 'stranger');
    expect((await stranger.call('GET', '/api/v2/classify')).status).toBe(200);
  });

  test('pages that need no key are always answered', async () => {
    for (let sent = 0; sent < 10; sent++) {
      expect((await api.call('GET', '/health', { key: null })).status).toBe(200);
    }
  });
});

describe('without rates set', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_MAX_OPEN_JOBS: '5' });
    api = new Api(server.url);
    await api.ended((await api.job((await api.upload()).id)).id);
  });
  afterAll(() => dispose(server));

  test('nothing is refused for coming too often, unless the project has a rate of its own', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => api.call('GET', '/api/v2/classify')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const slow = await newProject(server, 'slow');
    await setProject(server, await newProject(server, 'slow'), { requests_per_second: 2 });
    const key = (await runCli(['keys', 'create', '--project', 'slow'], { PIGEONHOLE_DATA_DIR: server.dataDir })).stdout;
    const limited = new Api(slow.url, key.trim());
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await limited.call('GET', '/api/v2/classify')).status),
    );
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(4);
    expect(statuses).toContain(429);
    // An SDK waits as long as it is told and then gets through.
    const client = new SdkLatest({ apiKey: key.trim(), baseURL: server.url });
    const pages = await Promise.all(Array.from({ length: 4 }, () => client.classify.list()));
    expect(pages).toHaveLength(4);
  });

  test('a project has at most as many open jobs as it may, however many are created at once', async () => {
    const file = (await api.upload('held by the test')).id;
    const release = await holdReaders(server.process.pid!);
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => api.create<Refusal>(bodyFor(file, { transaction_id: `n${n}` }))),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(15);
      expect(refused[0]!.body.detail).toBe('The project may have 5 open jobs; wait until some have ended.');
      expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);

      // Neither a whole list of documents nor the old API gets around it, and both leave nothing behind.
      const bulk = { file_inputs: [file, file], configuration: { rules: RULES }, transaction_id: 'bulk' };
      expect((await api.call('POST', '/api/v2/classify/bulk', { json: bulk })).status).toBe(429);
      const v1 = { file_ids: [file], rules: RULES };
      expect((await api.call('POST', '/api/v1/classifier/jobs', { json: v1 })).status).toBe(429);
      const open = await api.call<{ open: number }>('GET', '/api/v2/classify/stats');
      expect(open.body.open).toBe(5);
      expect((await api.call<{ items: [] }>('GET', '/api/v1/classifier/jobs')).body.items).toEqual([]);

      // What was accepted before is answered, and a place that becomes free is given away.
      const [accepted] = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
      expect((await api.create(bodyFor(file, { transaction_id: `n${accepted}` }))).status).toBe(200);
      const [job] = (await api.list('?status=PENDING')).body.items;
      await api.call('POST', `/api/v2/classify/${job!.id}/cancel`);
      expect((await api.create(bodyFor(file))).status).toBe(200);
      expect((await api.create(bodyFor(file))).status).toBe(429);

      // Another project has places of its own, and its own settings count more than the server's.
      const other = await newProject(server, 'other');
      await setProject(server, other, { max_open_jobs: 1 });
      const again = await newProject(server, 'other');
      const theirs = (await again.upload('held as well')).id;
      expect((await again.create(bodyFor(theirs))).status).toBe(200);
      expect((await again.create(bodyFor(theirs))).status).toBe(429);
    } finally {
      release();
    }
  });
});
