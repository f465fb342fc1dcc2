import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParseJob } from '../../src/domain/parse-job.ts';
import { Api, blobs, INVOICE, type Refusal, RULES } from '../support/api.ts';
import { dispose, eventually, startServer, type TestServer } from '../support/server.ts';

const FAST = { tier: 'fast', version: 'latest' };
/** Room for a few of the texts below, not for all. */
const CACHE_BYTES = 10_000;

let server: TestServer;
let api: Api;
/** Where documents are fetched from. */
let site: Server;
let origin: string;
let requests = 0;

beforeAll(async () => {
  site = createServer((request, response) => {
    requests += 1;
    if (request.url === '/redirected') response.writeHead(302, { location: '/invoice%202041.txt' }).end();
    else if (request.url?.startsWith('/invoice')) response.end(`${INVOICE}${request.url}`);
    else if (request.url === '/large') response.end('x'.repeat(60_000));
    else if (request.url === '/empty') response.end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_PARSE_CACHE_BYTES: String(CACHE_BYTES),
    PIGEONHOLE_MAX_UPLOAD_BYTES: '50000',
    PIGEONHOLE_ALLOW_URL_INPUTS: 'true',
    PIGEONHOLE_ALLOW_PRIVATE_URLS: 'true',
  });
  api = new Api(server.url);
});
afterAll(async () => {
  site.close();
  await dispose(server);
});

const get = async (id: string, query = '') =>
  (await api.call<{ job: ParseJob; text_full: string | null }>('GET', `/api/v2/parse/${id}${query}`)).body;
async function ended(id: string): Promise<ParseJob> {
  return eventually(`parse job ${id} ends`, async () => {
    const { job } = await get(id);
    return ['PENDING', 'RUNNING'].includes(job.status) ? null : job;
  });
}
async function parse(input: object): Promise<ParseJob> {
  const { status, body, text } = await api.call<ParseJob>('POST', '/api/v2/parse', { json: { ...FAST, ...input } });
  if (status !== 200) throw new Error(text);
  return ended(body.id);
}
const parses = async () => (await blobs(server.dataDir)).filter((blob) => blob.startsWith('parses/'));

test('what was not used for longest goes when there is too much, and comes back when a job needs it', async () => {
  const text = (name: string) => `${INVOICE}${name} ${'andsoon'.repeat(210)}`;
  const oldest = await parse({ file_id: (await api.upload(text('oldest'))).id });
  for (let i = 0; i < 12; i++) await parse({ file_id: (await api.upload(text(`number ${i}`))).id });
  const newest = await parse({ file_id: (await api.upload(text('newest'))).id });
  await eventually('something is evicted', async () => ((await parses()).length < 10 ? true : null));

  expect(server.output().stderr).not.toContain('"level":"error"');
  expect(await api.call<Refusal>('GET', `/api/v2/parse/${oldest.id}?expand=text_full`)).toMatchObject({
    status: 404,
    body: { detail: 'Result not found. Check job status to see if it has completed.' },
  });
  expect((await get(newest.id, '?expand=text_full')).text_full).toContain('newest');

  const job = await api.ended((await api.job(oldest.id)).id);
  expect(job).toMatchObject({ status: 'COMPLETED', parse_job_id: oldest.id });
  expect((await get(oldest.id, '?expand=text_full')).text_full).toContain('oldest');
});

test('a document is fetched from its URL once, and is a file from then on', async () => {
  requests = 0;
  const job = await parse({ source_url: `${origin}/redirected` });
  expect(job).toMatchObject({ status: 'COMPLETED', name: 'redirected' });
  expect(requests).toBe(2);
  expect((await get(job.id, '?expand=text_full')).text_full).toContain('INVOICE No. 2041');
  const { body } = await api.call<{ items: { purpose: string }[] }>('GET', '/api/v1/beta/files?file_name=redirected');
  expect(body.items).toMatchObject([{ purpose: 'parse' }]);
});

test('a classify job may be about a URL', async () => {
  const url = `${origin}/invoice.txt`;
  const created = await api.job(url);
  expect(created).toMatchObject({ document_input_type: 'url', file_input: url, document_input_value: url });
  const job = await api.ended(created.id);
  expect(job).toMatchObject({ status: 'COMPLETED', file_input: url, result: { type: 'invoice' } });
  expect((await get(job.parse_job_id!)).job.name).toBe('invoice.txt');
});

test('a URL that cannot be fetched fails the job and leaves nothing behind', async () => {
  const before = await blobs(server.dataDir);
  for (const [path, message] of [
    ['/missing', /^URL_NOT_FETCHED: .*status 404/],
    ['/empty', /^URL_NOT_FETCHED: .*empty/],
    ['/large', /^DOCUMENT_TOO_LARGE: .*50000 bytes/],
  ] as const) {
    const failed = await api.ended((await api.job(origin + path)).id);
    expect(failed).toMatchObject({ status: 'FAILED', parse_job_id: null });
    expect(failed.error_message).toMatch(message);
  }
  expect(await blobs(server.dataDir)).toEqual(before);
});

test('a URL of an address that is not public fails the job, which asks nobody', async () => {
  const strict = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_ALLOW_URL_INPUTS: 'true' });
  try {
    const client = new Api(strict.url);
    requests = 0;
    const { port } = new URL(origin);
    for (const host of ['127.0.0.1', 'localhost', '0x7f000001', '[::ffff:127.0.0.1]']) {
      const failed = await client.ended((await client.job(`http://${host}:${port}/invoice.txt`)).id);
      expect(failed).toMatchObject({ status: 'FAILED', parse_job_id: null });
      expect(failed.error_message).toMatch(/^URL_NOT_FETCHED: /);
    }
    expect(requests).toBe(0);
  } finally {
    await dispose(strict);
  }
});

test('parse jobs that were acknowledged, and classify jobs that wait for them, survive kill -9', {
  timeout: 90_000,
}, async () => {
  const ids: { parse: string; classify: string }[] = [];
  for (let i = 0; i < 8; i++) {
    const file = await api.upload(`${INVOICE}kept ${i}`);
    const { body } = await api.call<ParseJob>('POST', '/api/v2/parse', { json: { ...FAST, file_id: file.id } });
    const { body: job } = await api.create({ file_input: body.id, configuration: { rules: RULES } });
    ids.push({ parse: body.id, classify: job.id });
    if (i % 4 !== 3) continue;
    await server.kill();
    server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_DATA_DIR: server.dataDir });
    api = new Api(server.url);
  }
  for (const { parse: parseId, classify } of ids) {
    expect(await ended(parseId)).toMatchObject({ status: 'COMPLETED' });
    expect(await api.ended(classify, 60_000)).toMatchObject({
      status: 'COMPLETED',
      parse_job_id: parseId,
      result: { type: 'invoice' },
    });
  }
});
