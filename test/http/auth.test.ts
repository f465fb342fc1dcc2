import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import {
  Api,
  bodyFor,
  type FileBody,
  INVOICE,
  type InvalidRequest,
  type Page,
  type Refusal,
  RULES,
} from '../support/api.ts';
import {
  API_KEY,
  dispose,
  eventually,
  runCli,
  startServer,
  type TestServer,
  temporaryDirectory,
} from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const JOBS = '/api/v2/classify';
const FILES = '/api/v1/beta/files';

let server: TestServer;
let api: Api;
/** The key of another project on the same server. */
let otherKey: string;
let other: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  otherKey = await createKey('other');
  other = new Api(server.url, otherKey);
});
afterAll(() => dispose(server));

async function createKey(project: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(['keys', 'create', '--project', project, '--name', `of ${project}`], {
    PIGEONHOLE_DATA_DIR: server.dataDir,
  });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Who a request is from, by the server's account. */
const whoami = (headers: Record<string, string>) =>
  api.call<{ project_id: string; project_name: string; organization_id: string; user_id: string }>('GET', '/session', {
    key: null,
    headers,
  });

describe('a request', () => {
  test('without credentials is refused', async () => {
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Basic dXNlcjpwYXNz' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: API_KEY },
      { cookie: 'session=' },
      { cookie: 'session=nobody' },
    ];
    for (const path of [JOBS, `${JOBS}/x`, FILES, '/api/v1/files/x']) {
      for (const header of headers) {
        const { status, body } = await api.call('GET', path, { key: null, headers: header });
        expect({ path, header, status, body }).toEqual({
          path,
          header,
          status: 401,
          body: { detail: 'Not authenticated' },
        });
      }
    }
  });

  test('with a key that is not one is refused', async () => {
    for (const key of [
      'x',
      `${API_KEY}x`,
      API_KEY.slice(0, -1),
      API_KEY.toUpperCase(),
      `llx-${'a'.repeat(48)}`,
      'x'.repeat(5_000),
    ]) {
      const { status, body } = await api.call('GET', JOBS, { key });
      expect({ key, status, body }).toEqual({ key, status: 401, body: { detail: 'Invalid API Key' } });
    }
  });

  test('is known by its key whatever the case of the scheme', async () => {
    for (const authorization of [`Bearer ${API_KEY}`, `bearer ${API_KEY}`, `BEARER  ${API_KEY} `]) {
      expect((await whoami({ authorization })).status).toBe(200);
    }
  });

  test('is refused before its body is read', async () => {
    const bad = { body: '{', headers: { 'content-type': 'application/json' }, key: null };
    expect((await api.call('POST', JOBS, bad)).status).toBe(401);
    const form = new FormData();
    form.set('file', new Blob(['x'.repeat(10_000)]), 'a.txt');
    expect((await api.call('POST', FILES, { body: form, key: null })).status).toBe(401);
  });
});

describe('project and organization of a request', () => {
  test('may be named by UUID, with a prefix, by the project’s name, or left empty', async () => {
    const { project_id, project_name, organization_id } = (await whoami({ authorization: `Bearer ${API_KEY}` })).body;
    expect(project_name).toBe('Default');
    for (const project of [project_id, `prj-${project_id}`, project_id.toUpperCase(), 'Default', '']) {
      for (const organization of [organization_id, `org-${organization_id}`, '']) {
        const query = `?project_id=${project}&organization_id=${organization}`;
        expect({ query, status: (await api.list(query)).status }).toEqual({ query, status: 200 });
        expect((await api.call('GET', `${FILES}${query}`)).status).toBe(200);
      }
    }
    expect((await other.list('?project_id=other')).status).toBe(200);
  });

  test('of others are refused everywhere', async () => {
    const theirs = (await whoami({ authorization: `Bearer ${otherKey}` })).body;
    const file = await api.upload();
    const job = await api.job(file.id);
    const form = new FormData();
    form.set('purpose', 'classify');
    form.set('file', new Blob([INVOICE]), 'a.txt');
    const requests: [string, string, object?][] = [
      ['GET', JOBS],
      ['POST', JOBS, { json: bodyFor(file.id) }],
      ['GET', `${JOBS}/${job.id}`],
      ['POST', `${JOBS}/${job.id}/cancel`],
      ['GET', FILES],
      ['POST', FILES, { body: form }],
      ['POST', `${FILES}/query`, { json: {} }],
      ['GET', `${FILES}/${file.id}`],
      ['GET', `${FILES}/${file.id}/content`],
      ['DELETE', `${FILES}/${file.id}`],
      ['GET', `/api/v1/files/${file.id}`],
      ['DELETE', `/api/v1/files/${file.id}`],
      ['PUT', '/api/v1/files/upload_from_url', { json: { url: 'http://example.com' } }],
    ];
    for (const [method, path, options] of requests) {
      for (const query of [
        `project_id=${theirs.project_id}`,
        `project_id=prj-${NOBODY}`,
        `organization_id=${NOBODY}`,
      ]) {
        const { status, body } = await api.call<Refusal>(method, `${path}?${query}`, options);
        expect({ method, path, query, status }).toEqual({ method, path, query, status: 403 });
        expect(body.detail).toContain('has no access to');
      }
    }
    expect((await api.call('GET', `${FILES}/${file.id}`)).status).toBe(200);
  });

  test('that are no UUIDs are a problem of the query', async () => {
    for (const name of ['project_id', 'organization_id']) {
      for (const value of ['x', '123', 'Other', `cfg-${NOBODY}`]) {
        const { status, body } = await api.call<InvalidRequest>('GET', `${JOBS}?${name}=${value}`);
        expect(status).toBe(422);
        expect(body.detail).toMatchObject([{ type: 'uuid_parsing', loc: ['query', name], input: value }]);
      }
    }
  });
});

describe('nothing of another project can be reached', () => {
  let file: FileBody;
  let job: ClassifyJob;
  let otherFile: FileBody;

  beforeAll(async () => {
    file = await api.upload(`${INVOICE}\nof the default project`, 'mine.txt');
    job = await api.ended((await api.job(file.id, { transaction_id: 'tx of the default project' })).id);
    otherFile = await other.upload(`${INVOICE}\nof the other project`, 'theirs.txt');
    await other.ended((await other.job(otherFile.id)).id);
  });

  test('by the id of a file', async () => {
    for (const id of [file.id, file.id.slice(4)]) {
      for (const [method, path] of [
        ['GET', `${FILES}/${id}`],
        ['GET', `${FILES}/${id}?expand=download_url`],
        ['GET', `${FILES}/${id}/content`],
        ['DELETE', `${FILES}/${id}`],
        ['GET', `/api/v1/files/${id}`],
        ['GET', `/api/v1/files/${id}/content`],
        ['DELETE', `/api/v1/files/${id}`],
      ] as const) {
        const { status, body } = await other.call(method, path);
        expect({ method, path, status, body }).toEqual({
          method,
          path,
          status: 404,
          body: { detail: `File ${id} not found` },
        });
      }
    }
  });

  test('by classifying a file or parse job', async () => {
    const foreign: [object, string][] = [
      [{ file_input: file.id }, `File ID ${file.id}`],
      [{ file_id: file.id.slice(4) }, `File ID ${file.id.slice(4)}`],
      [{ file_input: job.parse_job_id }, `Parse Job ID ${job.parse_job_id}`],
      [{ parse_job_id: job.parse_job_id }, `Parse Job ID ${job.parse_job_id}`],
      [{ file_input: job.parse_job_id!.slice(4) }, `File ID ${job.parse_job_id!.slice(4)}`],
    ];
    for (const [input, what] of foreign) {
      const { status, body } = await other.create({ ...input, configuration: { rules: RULES } });
      expect({ status, body }).toEqual({
        status: 400,
        body: { detail: `${what} is not in Project ID ${otherFile.project_id}` },
      });
    }
  });

  test('by the id of a job', async () => {
    for (const id of [job.id, job.id.slice(4)]) {
      expect(await other.call('GET', `${JOBS}/${id}`)).toMatchObject({
        status: 404,
        body: { detail: 'Classify job not found' },
      });
      expect((await other.call('POST', `${JOBS}/${id}/cancel`)).status).toBe(404);
    }
    const waiting = await api.job(file.id);
    expect((await other.call('POST', `${JOBS}/${waiting.id}/cancel`)).status).toBe(404);
    expect((await api.ended(waiting.id)).status).toBe('COMPLETED');
  });

  test('by a filter of a list', async () => {
    expect((await other.list(`?job_ids=${job.id}`)).body.items).toEqual([]);
    const jobs = await other.walk<ClassifyJob>(JOBS, 'page_size=100');
    expect(new Set(jobs.map((each) => each.project_id))).toEqual(new Set([otherFile.project_id]));
    for (const query of [`file_ids=${file.id}`, 'file_name=mine.txt']) {
      expect((await other.call<Page<FileBody>>('GET', `${FILES}?${query}`)).body.items).toEqual([]);
    }
    const queried = await other.call<Page<FileBody>>('POST', `${FILES}/query`, {
      json: { filter: { file_ids: [file.id] } },
    });
    expect(queried.body.items).toEqual([]);
    const files = await other.walk<FileBody>(FILES, 'page_size=100');
    expect(new Set(files.map((each) => each.project_id))).toEqual(new Set([otherFile.project_id]));
  });

  test('by asking the same as another project has just asked', async () => {
    for (const query of ['', '?page_size=2', '?status=COMPLETED']) {
      for (const [each, own] of [
        [api, file.project_id],
        [other, otherFile.project_id],
        [api, file.project_id],
      ] as const) {
        const { items } = (await each.list(query)).body;
        expect(items.length).toBeGreaterThan(0);
        expect(new Set(items.map((item) => item.project_id))).toEqual(new Set([own]));
      }
    }
  });

  test('by a page token', async () => {
    await api.job(file.id);
    const { next_page_token: token } = (await api.list('?page_size=1')).body;
    const { status, body } = await other.list(`?page_token=${token}`);
    expect(status).toBe(200);
    expect(body.items.every((each) => each.project_id === otherFile.project_id)).toBe(true);
    await api.upload();
    const filesToken = (await api.call<Page<FileBody>>('GET', `${FILES}?page_size=1`)).body.next_page_token;
    const files = await other.call<Page<FileBody>>('GET', `${FILES}?page_token=${filesToken}`);
    expect(files.body.items.every((each) => each.project_id === otherFile.project_id)).toBe(true);
  });

  test('by a transaction_id', async () => {
    const { status, body } = await other.create(bodyFor(otherFile.id, { transaction_id: job.transaction_id }));
    expect(status).toBe(200);
    expect(body.id).not.toBe(job.id);
    expect(body.project_id).toBe(otherFile.project_id);
  });

  test('by bytes that are the same: each project reads them for itself', async () => {
    const text = `${INVOICE}\nin both projects`;
    const mine = await api.ended((await api.job((await api.upload(text)).id)).id);
    const theirs = await other.ended((await other.job((await other.upload(text)).id)).id);
    expect(theirs.parse_job_id).not.toBe(mine.parse_job_id);
  });
});

describe('a key', () => {
  test('of a disabled project is refused, until the project is enabled again', async () => {
    const key = await createKey('disabled');
    const mine = new Api(server.url, key);
    const { project_id } = await mine.upload();
    const setDisabled = (at: string | null) => {
      const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
      try {
        database.exec('pragma busy_timeout = 5000');
        database.prepare('update projects set disabled_at = ? where id = ?').run(at, project_id);
      } finally {
        database.close();
      }
    };
    setDisabled(new Date().toISOString());
    const refused = await eventually('the key is refused', async () => {
      const answer = await mine.call<Refusal>('GET', JOBS);
      return answer.status === 200 ? null : answer;
    });
    expect(refused).toMatchObject({ status: 403, body: { detail: `Project ${project_id} is disabled.` } });
    expect((await mine.call('POST', '/session', { key: null, json: { api_key: key } })).status).toBe(403);
    expect((await api.list()).status).toBe(200);
    setDisabled(null);
    expect((await mine.call('POST', '/session', { key: null, json: { api_key: key } })).status).toBe(200);
  });

  test('that is revoked is refused within seconds, as are the sessions made with it', async () => {
    const key = await createKey('revoked');
    const mine = new Api(server.url, key);
    expect((await mine.list()).status).toBe(200);
    const session = await mine.call('POST', '/session', { key: null, json: { api_key: key } });
    const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await whoami({ cookie })).status).toBe(200);

    const settings = { PIGEONHOLE_DATA_DIR: server.dataDir };
    const { stdout } = await runCli(['keys', 'list'], settings);
    const [id] = stdout
      .split('\n')
      .find((line) => line.includes('\trevoked\t'))!
      .split('\t');
    expect((await runCli(['keys', 'revoke', id!], settings)).code).toBe(0);

    const refused = await eventually(
      'the key is refused',
      async () => {
        const answer = await mine.call<Refusal>('GET', JOBS);
        return answer.status === 200 ? null : answer;
      },
      { timeoutMs: 6_000 },
    );
    expect(refused).toMatchObject({ status: 401, body: { detail: 'Invalid API Key' } });
    expect((await whoami({ cookie })).status).toBe(401);
    expect((await runCli(['keys', 'revoke', id!], settings)).code).toBe(2);
  });

  test('is nowhere in the data directory', async () => {
    const token = /session=([^;]+)/.exec(
      (await api.call('POST', '/session', { key: null, json: { api_key: otherKey } })).headers.getSetCookie()[0]!,
    )![1]!;
    const files = (await readdir(server.dataDir, { recursive: true })).filter((name) => name.includes('pigeonhole.db'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = await readFile(join(server.dataDir, file));
      for (const secret of [API_KEY, otherKey, otherKey.slice(4, 24), token]) {
        expect(bytes.includes(secret), `${file} holds a secret`).toBe(false);
      }
    }
  });
});

describe('the first key of a server', () => {
  test('is made and printed at the first start, and only then', async () => {
    const dataDir = await temporaryDirectory();
    const settings = { PIGEONHOLE_DATA_DIR: dataDir, PIGEONHOLE_API_KEY: '', PIGEONHOLE_WORKERS: '1' };
    let running = await startServer(settings);
    try {
      const keys = running.output().stdout.match(/llx-[\w-]{48}/g)!;
      expect(new Set(keys).size).toBe(1);
      expect(running.output().stderr).not.toContain(keys[0]!);
      expect((await new Api(running.url, keys[0]!).list()).status).toBe(200);
      await running.stop();
      running = await startServer(settings);
      expect(running.output().stdout).not.toMatch(/llx-/);
      expect((await new Api(running.url, keys[0]!).list()).status).toBe(200);
    } finally {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test('that comes from the environment is replaced by another one there; other keys stay', async () => {
    const dataDir = await temporaryDirectory();
    const settings = (key: string) => ({
      PIGEONHOLE_DATA_DIR: dataDir,
      PIGEONHOLE_API_KEY: key,
      PIGEONHOLE_WORKERS: '1',
    });
    let running = await startServer(settings('first-secret-key'));
    try {
      expect(running.output().stdout).not.toContain('first-secret-key');
      const made = (await runCli(['keys', 'create'], { PIGEONHOLE_DATA_DIR: dataDir })).stdout.trim();
      const file = await new Api(running.url, 'first-secret-key').upload();
      await running.stop();
      running = await startServer(settings('second-secret-key'));
      const statuses = async (...keys: string[]) => {
        const answers = keys.map((key) => new Api(running.url, key).call('GET', `${FILES}/${file.id}`));
        return (await Promise.all(answers)).map(({ status }) => status);
      };
      expect(await statuses('first-secret-key', 'second-secret-key', made)).toEqual([401, 200, 200]);
    } finally {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('a browser session', () => {
  async function start(key = API_KEY) {
    const answer = await api.call<{ project_name: string }>('POST', '/session', { key: null, json: { api_key: key } });
    expect(answer.status).toBe(200);
    const [header] = answer.headers.getSetCookie();
    return { answer, header: header!, cookie: header!.split(';')[0]! };
  }
  const origin = () => ({ origin: server.url });

  test('is a cookie that scripts cannot read and other sites do not send', async () => {
    const { answer, header } = await start();
    expect(answer.body).toEqual({
      user_id: expect.any(String),
      project_id: expect.any(String),
      project_name: 'Default',
      organization_id: expect.any(String),
    });
    const attributes = header.split('; ').slice(1).sort();
    expect(attributes).toEqual(['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict']);
    expect(header).toMatch(/^session=[\w-]{43};/);
    expect(header).not.toContain(API_KEY);
  });

  test('is not given for a wrong key', async () => {
    const wrong = await api.call('POST', '/session', { key: null, json: { api_key: 'llx-wrong' } });
    expect(wrong).toMatchObject({ status: 401, body: { detail: 'Invalid API Key' } });
    expect(wrong.headers.getSetCookie()).toEqual([]);
    for (const json of [{}, { api_key: '' }, { api_key: 1 }]) {
      expect((await api.call('POST', '/session', { key: null, json })).status).toBe(422);
    }
  });

  test('reads without further proof', async () => {
    const { cookie } = await start();
    expect((await whoami({ cookie })).body.project_name).toBe('Default');
    expect((await api.call('GET', JOBS, { key: null, headers: { cookie } })).status).toBe(200);
    expect((await api.call('GET', FILES, { key: null, headers: { cookie } })).status).toBe(200);
  });

  test('changes things only for pages of the server itself', async () => {
    const { cookie } = await start();
    const file = await api.upload();
    const create = (headers: Record<string, string>) =>
      api.call<Refusal>('POST', JOBS, { key: null, headers: { cookie, ...headers }, json: bodyFor(file.id) });
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: `${server.url}.evil.example` },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of foreign) {
      const { status, body } = await create(headers);
      expect({ headers, status }).toEqual({ headers, status: 403 });
      expect(body.detail).toContain('must come from a page of this server');
    }
    expect((await api.call('DELETE', `${FILES}/${file.id}`, { key: null, headers: { cookie } })).status).toBe(403);
    expect((await create(origin())).status).toBe(200);
    expect((await create({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const removed = await api.call('DELETE', `${FILES}/${file.id}`, { key: null, headers: { cookie, ...origin() } });
    expect(removed.status).toBe(204);
  });

  test('gives way to a key sent with it', async () => {
    const { cookie } = await start();
    expect((await whoami({ cookie, authorization: `Bearer ${otherKey}` })).body.project_name).toBe('other');
    expect((await whoami({ cookie, authorization: 'Bearer wrong' })).status).toBe(401);
    // A request with a key proves where it comes from.
    const created = await other.call('POST', `${FILES}/query`, {
      json: {},
      headers: { cookie, origin: 'https://a.example' },
    });
    expect(created.status).toBe(200);
  });

  test('ends when its page says so, and only then', async () => {
    const { cookie } = await start();
    const second = await start();
    const end = (headers: Record<string, string>) => api.call('DELETE', '/session', { key: null, headers });
    expect((await end({ cookie })).status).toBe(403);
    expect((await whoami({ cookie })).status).toBe(200);
    const ended = await end({ cookie, ...origin() });
    expect(ended.status).toBe(204);
    expect(ended.headers.getSetCookie()[0]).toMatch(/^session=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);
    expect((await whoami({ cookie })).status).toBe(401);
    expect((await whoami({ cookie: second.cookie })).status).toBe(200);
    expect((await end({})).status).toBe(204);
  });

  test('ends by itself', async () => {
    const { cookie } = await start();
    const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
    database.exec('pragma busy_timeout = 5000');
    database.exec("update sessions set expires_at = '2020-01-01T00:00:00.000000Z'");
    database.close();
    expect((await whoami({ cookie })).status).toBe(401);
  });
});

test('a server behind a proxy links to its public address and knows its pages by it', async () => {
  const behind = await startServer({ PIGEONHOLE_PUBLIC_URL: 'https://docs.example/sorter/', PIGEONHOLE_WORKERS: '1' });
  try {
    const inside = new Api(behind.url);
    const file = await inside.upload();
    const link = await inside.call<{ url: string }>('GET', `${FILES}/${file.id}/content`);
    const prefix = 'https://docs.example/sorter';
    expect(link.body.url.startsWith(`${prefix}/download/${file.id}?`)).toBe(true);
    expect((await inside.call('GET', link.body.url.slice(prefix.length), { key: null })).text).toBe(INVOICE);

    const session = await inside.call('POST', '/session', { key: null, json: { api_key: API_KEY } });
    const header = session.headers.getSetCookie()[0]!;
    expect(header).toContain('; Secure');
    const change = (origin: string) => {
      const headers = { cookie: header.split(';')[0]!, origin };
      return inside.call('POST', `${FILES}/query`, { key: null, headers, json: {} });
    };
    expect((await change('https://docs.example')).status).toBe(200);
    expect((await change('https://other.example')).status).toBe(403);
  } finally {
    await dispose(behind);
  }
});

describe('a page of another site', () => {
  const SDK_HEADERS = [
    ...['authorization', 'content-type', 'x-stainless-arch', 'x-stainless-lang', 'x-stainless-os'],
    ...['x-stainless-package-version', 'x-stainless-retry-count', 'x-stainless-runtime'],
    ...['x-stainless-runtime-version', 'x-stainless-timeout'],
  ];

  test('may use the API with a key: preflights allow every method and the headers of the SDKs', async () => {
    for (const [method, path] of [
      ['GET', JOBS],
      ['POST', JOBS],
      ['POST', FILES],
      ['DELETE', `${FILES}/x`],
      ['PUT', '/api/v1/files/upload_from_url'],
    ] as const) {
      const { status, headers } = await api.call('OPTIONS', path, {
        key: null,
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': method,
          'access-control-request-headers': SDK_HEADERS.join(', '),
        },
      });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')?.split(/, ?/)).toContain(method);
      const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(/, ?/);
      expect(allowed).toEqual(expect.arrayContaining(SDK_HEADERS));
      // Without it browsers send no cookies there.
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('sees the headers that SDKs read, also of errors', async () => {
    for (const key of [API_KEY, 'wrong']) {
      const { headers } = await api.call('GET', JOBS, { key, headers: { origin: 'https://app.example' } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toContain('x-should-retry');
    }
  });
});
