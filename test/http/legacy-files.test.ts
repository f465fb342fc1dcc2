import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Api, blobs, type FileBody, INVOICE, type Refusal, type SentBody } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const MAX_UPLOAD_BYTES = 1_000_000;

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) });
  api = new Api(server.url);
});
afterAll(() => dispose(server));

interface LegacyFile {
  id: string;
  name: string;
  external_file_id: string | null;
  file_size: number;
  file_type: string | null;
}
interface UploadLink {
  url: string;
  expires_at: string;
  form_fields: null;
  file_id: string;
}

const announce = async (json: object, query = ''): Promise<UploadLink> => {
  const { status, body, text } = await api.call<UploadLink>('PUT', `/api/v1/files${query}`, { json });
  expect(status, text).toBe(200);
  return body;
};
const put = <Body = LegacyFile>(url: string, body: SentBody, headers = {}): Promise<Answer<Body>> =>
  api.call<Body>('PUT', url, { body, headers, key: null });
const contentOf = async (id: string) => {
  const { body } = await api.call<{ url: string }>('GET', `/api/v1/files/${id}/content`);
  return (await fetch(body.url)).text();
};

describe('an upload link', () => {
  test('takes the bytes of a file, which then can be classified by its id with and without prefix', async () => {
    const link = await announce({ name: 'Rechnung März.PDF', external_file_id: 'crm/7', file_size: INVOICE.length });
    expect(link.form_fields).toBeNull();
    expect(Date.parse(link.expires_at)).toBeGreaterThan(Date.now() + 3_500_000);
    expect((await api.call('GET', `/api/v1/files/${link.file_id}`)).status).toBe(404);

    // As S3 clients send it: with a type of their own and no key.
    const { status } = await put(link.url, INVOICE, { 'content-type': 'application/pdf' });
    expect(status).toBe(200);
    const { body } = await api.call<LegacyFile>('GET', `/api/v1/files/dfl-${link.file_id}`);
    expect(body).toMatchObject({
      id: link.file_id,
      name: 'Rechnung März.PDF',
      external_file_id: 'crm/7',
      file_size: INVOICE.length,
      file_type: 'pdf',
    });
    expect(await contentOf(link.file_id)).toBe(INVOICE);
    for (const id of [link.file_id, `dfl-${link.file_id}`]) {
      expect((await api.ended((await api.job(id)).id)).result?.type).toBe('invoice');
    }
  });

  test.each([
    ['JSON', '{"a": 1}', 'application/json'],
    ['a form', 'a=b', 'multipart/form-data; boundary=x'],
    ['text', 'plain', 'text/plain'],
  ])('stores bytes that look like %s as they are', async (_, text, type) => {
    const link = await announce({ name: 'bytes' });
    expect((await put(link.url, text, { 'content-type': type })).status).toBe(200);
    expect(await contentOf(link.file_id)).toBe(text);
  });

  test('takes the same bytes again, and no others', async () => {
    const link = await announce({ name: 'a.txt' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => put(link.url, INVOICE)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const before = await blobs(server.dataDir);
    const other = await put<Refusal>(link.url, 'other bytes');
    expect(other.status).toBe(409);
    expect(other.body.detail).toMatch(/already, with other bytes/);
    expect(await contentOf(link.file_id)).toBe(INVOICE);
    expect(await blobs(server.dataDir)).toEqual(before);
  });

  test('refuses more or fewer bytes than were announced, none, and too many, and keeps nothing of them', async () => {
    const before = await blobs(server.dataDir);
    const sized = await announce({ name: 'a.txt', file_size: 10 });
    expect((await put<Refusal>(sized.url, '12345678')).body.detail).toMatch(/announced with 10 bytes and came with 8/);
    const open = await announce({ name: 'a.txt' });
    expect((await put(open.url, '')).status).toBe(400);
    expect((await put(open.url, 'x'.repeat(MAX_UPLOAD_BYTES + 1))).status).toBe(413);
    const refused = await api.call('PUT', '/api/v1/files', { json: { name: 'a', file_size: MAX_UPLOAD_BYTES + 1 } });
    expect(refused.status).toBe(413);
    await eventually('nothing is left', async () => (await blobs(server.dataDir)).length === before.length || null);
    // The links are still good.
    expect((await put(sized.url, '1234567890')).status).toBe(200);
    expect((await put(open.url, 'x')).status).toBe(200);
  });

  test('is refused when anything about it was changed, when it has expired, and as a download', async () => {
    const { url } = await announce({ name: 'a.txt' });
    const parts = new URL(url);
    const ticket = JSON.parse(Buffer.from(parts.searchParams.get('ticket')!, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...ticket, projectId: randomUUID() })).toString('base64url');
    for (const [name, value] of [
      ['ticket', forged],
      ['expires', '99999999999'],
      ['signature', 'x'],
    ]) {
      const changed = new URL(url);
      changed.searchParams.set(name!, value!);
      expect((await put(changed.href, INVOICE)).status, name).toBe(403);
    }
    const file = await api.upload();
    const { body } = await api.call<{ url: string }>('GET', `/api/v1/beta/files/${file.id}/content`);
    const download = new URL(body.url);
    const upload = `${server.url}/upload?ticket=${file.id}${download.search.replace('?', '&')}`;
    expect((await put(upload, INVOICE)).status).toBe(403);
    const short = await announce({ name: 'a.txt' }, '?expires_at_seconds=1');
    await eventually('the link has expired', async () => Date.parse(short.expires_at) < Date.now() || null);
    expect((await put(short.url, INVOICE)).status).toBe(403);
  });
});

test('the old list and sync show all files in one array, newest first, of this project only', async () => {
  const stranger = new Api(
    server.url,
    (await runCli(['keys', 'create', '--project', 'old'], { PIGEONHOLE_DATA_DIR: server.dataDir })).stdout.trim(),
  );
  const names = ['1.txt', '2.txt', '3.txt'];
  for (const name of names) await stranger.upload(INVOICE, name);
  for (const [method, path] of [
    ['GET', '/api/v1/files'],
    ['PUT', '/api/v1/files/sync'],
  ] as const) {
    const { status, body } = await stranger.call<LegacyFile[]>(method, path);
    expect(status).toBe(200);
    expect(body.map((file) => file.name)).toEqual(names.toReversed());
    expect(body[0]!.id).toMatch(/^[0-9a-f]{8}-/);
  }
});

describe('PUT /api/v1/beta/files', () => {
  const upsert = async (text: string, fields: Record<string, string>, name = 'a.txt'): Promise<FileBody> => {
    const form = new FormData();
    for (const [field, value] of Object.entries({ purpose: 'classify', ...fields })) form.set(field, value);
    form.set('file', new Blob([text]), name);
    const { status, body, text: answer } = await api.call<FileBody>('PUT', '/api/v1/beta/files', { body: form });
    expect(status, answer).toBe(200);
    return body;
  };

  test('replaces the file with the same external id: same id, new bytes, new text', async () => {
    const first = await upsert(`${INVOICE} first`, { external_file_id: 'erp 1' });
    const job = await api.ended((await api.job(first.id)).id);
    expect(job.result?.type).toBe('invoice');
    const before = (await blobs(server.dataDir)).length;
    const contract = 'AGREEMENT between the parties\nThe parties agree to these terms.\nSignature of both parties\n';
    const second = await upsert(contract, { external_file_id: 'erp 1', purpose: 'parse' }, 'b.md');
    expect(second).toMatchObject({ id: first.id, name: 'b.md', file_type: 'md', purpose: 'parse' });
    expect(await contentOf(first.id)).toBe(contract);
    // The old bytes and the text that was read from them are gone.
    expect((await blobs(server.dataDir)).length).toBe(before - 1);
    expect((await api.ended((await api.job(first.id)).id)).result?.type).toBe('contract');
    const { body } = await api.call<{ items: FileBody[] }>('GET', '/api/v1/beta/files?external_file_id=erp%201');
    expect(body.items).toHaveLength(1);
  });

  test('makes one file, however many clients send it at once', async () => {
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, n) => upsert(`${INVOICE}${n}`, { external_file_id: 'erp 2' })),
    );
    expect(new Set(files.map((file) => file.id)).size).toBe(1);
  });

  test('makes a new file each time when there is no external id', async () => {
    const [first, second] = [await upsert(INVOICE, {}), await upsert(INVOICE, {})];
    expect(second.id).not.toBe(first.id);
  });
});

test('files/query knows the filters of data sources, which no file here comes from', async () => {
  const query = (filter: object) =>
    api.call<{ items: unknown[] }>('POST', '/api/v1/beta/files/query', { json: { filter } });
  expect((await query({ data_source_id: randomUUID() })).body.items).toEqual([]);
  expect((await query({ only_manually_uploaded: true })).body.items).not.toEqual([]);
});
