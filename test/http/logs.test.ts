import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api, INVOICE } from '../support/api.ts';
import { API_KEY, dispose, PROJECT_DIR, startServer, type TestServer } from '../support/server.ts';

type Line = Record<string, unknown>;

/** Words that nobody but the owner of a document should ever read, each in another place. */
const SECRETS = {
  documentText: 'Bernsteinzimmer',
  brokenPdf: 'Quecksilberspiegel',
  unreadableFile: 'Nachtpfauenauge',
  emptiedFile: 'Wetterleuchten.txt',
  ruleType: 'Kaltmamsell',
  ruleDescription: 'Zaunkoenigsnest',
  refusedRule: 'Sperlingskauz',
  malformedBody: 'Mondfinsternis',
  wrongBody: 'Haselmaus',
  formField: 'Rohrdommel',
  urlPath: 'Wiedehopf',
  urlHeader: 'Eisvogelblau',
  transactionId: 'Schleiereule',
  query: 'Feuersalamander',
  wrongKey: 'llx-Pirolgesang',
  wrongCookie: 'Turmfalkenhorst',
};

let server: TestServer;
let api: Api;
/** Secrets that the server itself has made. */
const made: string[] = [];
let lines: Line[];
const ids: { completed: string; failed: string[]; requests: string[] } = { completed: '', failed: [], requests: [] };

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_LOG_LEVEL: 'trace', PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  await doEverything();
  await server.stop();
  lines = server
    .output()
    .stderr.split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}, 60_000);
afterAll(() => dispose(server));

async function doEverything(): Promise<void> {
  const rules = [
    { type: SECRETS.ruleType, description: `speaks of ${SECRETS.ruleDescription} and of totals` },
    { type: 'invoice', description: 'has an invoice number, line items and a total amount due' },
  ];
  const configuration = { rules };
  const call = async (...args: Parameters<Api['call']>) => {
    const answer = await api.call(...args);
    ids.requests.push(answer.headers.get('x-request-id')!);
    return answer;
  };

  const file = await api.upload(`${INVOICE}\n${SECRETS.documentText}\n`);
  const job = await api.job(file.id, { configuration, transaction_id: SECRETS.transactionId });
  await api.ended(job.id);
  ids.completed = job.id;
  await api.job(file.id, { configuration, transaction_id: SECRETS.transactionId });

  const broken: [Uint8Array<ArrayBuffer> | string, string][] = [
    [`%PDF-1.7\n${SECRETS.brokenPdf}\n`, 'broken.pdf'],
    [`\u0000\u0001\u0002${SECRETS.unreadableFile}\u0000\u0003`, 'unreadable.bin'],
    [`PK\u0003\u0004${SECRETS.unreadableFile}`, 'broken.docx'],
    [' \n', SECRETS.emptiedFile],
    [new Uint8Array(await readFile(join(PROJECT_DIR, 'test/documents/protected.pdf'))), 'protected.pdf'],
  ];
  for (const [bytes, name] of broken) {
    const { id } = await api.job((await api.upload(bytes, name)).id, { configuration });
    expect((await api.ended(id)).status).toBe('FAILED');
    ids.failed.push(id);
  }

  const json = { 'content-type': 'application/json' };
  await call('POST', '/api/v2/classify', { body: `{"a": "${SECRETS.malformedBody}" b}`, headers: json });
  await call('POST', '/api/v2/classify', { body: SECRETS.wrongBody, headers: { 'content-type': 'text/plain' } });
  await call('POST', '/api/v2/classify', {
    json: { file_input: file.id, configuration: { rules: [{ type: SECRETS.refusedRule, description: 'short' }] } },
  });
  await call('POST', '/api/v2/classify', { json: { file_input: SECRETS.wrongBody, configuration } });
  await call('GET', `/api/v2/classify?page_token=${SECRETS.query}&status=${SECRETS.query}`);
  await call('GET', `/api/v2/classify/${SECRETS.query}`);
  await call('GET', `/${SECRETS.query}`);
  await call('GET', `/%zz${SECRETS.query}`);
  await call('GET', '/api/v2/classify', { key: SECRETS.wrongKey });
  await call('GET', '/api/v2/classify', { key: null, headers: { cookie: `session=${SECRETS.wrongCookie}` } });
  await call('POST', '/session', { key: null, json: { api_key: SECRETS.wrongKey } });

  const session = await call('POST', '/session', { key: null, json: { api_key: API_KEY } });
  const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!;
  made.push(cookie.slice('session='.length));
  await call('GET', '/api/v2/classify', { key: null, headers: { cookie } });
  await call('POST', '/api/v2/classify', { key: null, headers: { cookie }, json: {} });

  const link = (await api.call<{ url: string }>('GET', `/api/v1/beta/files/${file.id}/content`)).body;
  made.push(new URL(link.url).searchParams.get('signature')!);
  await call('GET', link.url, { key: null });
  await call('GET', `${link.url}x`, { key: null });

  const form = (parts: Record<string, string | Blob>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(parts)) data.set(name, value);
    return data;
  };
  await call('POST', '/api/v1/beta/files', { body: form({ purpose: SECRETS.formField }) });
  await call('POST', '/api/v1/beta/files', { body: form({ file: new Blob([SECRETS.documentText]) }) });
  await call('POST', '/api/v1/beta/files', {
    body: `--b\r\n${SECRETS.formField}`,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  await call('PUT', '/api/v1/files/upload_from_url', {
    json: {
      url: `http://user:${SECRETS.urlPath}@127.0.0.1/${SECRETS.urlPath}?k=${SECRETS.urlPath}`,
      request_headers: { authorization: SECRETS.urlHeader, [`x ${SECRETS.urlHeader}`]: 'x' },
    },
  });
  await call('PUT', '/api/v1/files/upload_from_url', {
    json: { url: `http://127.0.0.1/${SECRETS.urlPath}`, request_headers: { authorization: SECRETS.urlHeader } },
  });
  await call('DELETE', `/api/v1/beta/files/${file.id}`);
}

test('every line is a JSON object with a level, a time and a message', () => {
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    expect(line).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test('every request has one line with its id, method, route, status and duration', () => {
  const requests = lines.filter((line) => line.msg === 'request');
  for (const id of ids.requests) {
    const found = requests.filter((line) => line.request_id === id);
    expect(found, `request ${id}`).toHaveLength(1);
    expect(found[0]).toMatchObject({
      method: expect.any(String),
      status: expect.any(Number),
      milliseconds: expect.any(Number),
    });
    expect(found[0]).toHaveProperty('route');
  }
});

test('every job that ended has a line with its id, and a failed one its code', () => {
  const settled = lines.filter((line) => line.msg === 'job settled');
  expect(settled.find((line) => line.job_id === ids.completed)).toMatchObject({ outcome: 'done', attempt: 1 });
  for (const id of ids.failed) {
    expect(settled.find((line) => line.job_id === id)).toMatchObject({ outcome: 'failed' });
    expect(lines.find((line) => line.msg === 'job failed' && line.job_id === id)).toMatchObject({
      code: expect.stringMatching(/^[A-Z_]+$/),
    });
  }
});

test.each(Object.entries(SECRETS))('nothing a client has sent is in the log: %s', (_, secret) => {
  const { stdout, stderr } = server.output();
  const found = `${stdout}${stderr}`.split('\n').filter((line) => line.toLowerCase().includes(secret.toLowerCase()));
  expect(found).toEqual([]);
});

test('no key, cookie or signature is in the log', () => {
  const { stdout, stderr } = server.output();
  expect(made).toHaveLength(2);
  for (const secret of [API_KEY, ...made]) expect(`${stdout}${stderr}`).not.toContain(secret);
});
