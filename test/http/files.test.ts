import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse as parseContentDisposition } from 'content-disposition';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Api,
  blobs,
  type FileBody,
  holdReaders,
  INVOICE,
  type InvalidRequest,
  memoryOf,
  type Page,
  type Refusal,
} from '../support/api.ts';
import { API_KEY, dispose, eventually, startServer, type TestServer } from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const LIMIT = 100 * 1024 * 1024;
const FILES = '/api/v1/beta/files';

let server: TestServer;
let api: Api;
let projectId: string;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_MAX_UPLOAD_BYTES: String(LIMIT), PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  const file = await api.upload();
  projectId = file.project_id;
  await api.ended((await api.job(file.id)).id);
});
afterAll(() => dispose(server));

interface Part {
  name: string;
  filename?: string | null;
  content: string;
}

const BOUNDARY = 'x-boundary-of-the-test';

/** A multipart body as it goes over the wire; `filename: null` writes no file name at all. */
function multipart(parts: Part[], { boundary = BOUNDARY } = {}): { body: string; headers: Record<string, string> } {
  const lines = parts.map(({ name, filename, content }) => {
    const file = typeof filename === 'string' ? `; filename="${filename}"` : '';
    const type = filename === undefined ? '' : 'Content-Type: application/octet-stream\r\n';
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${type}\r\n${content}\r\n`;
  });
  return {
    body: `${lines.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

const FILE: Part = { name: 'file', filename: 'a.txt', content: INVOICE };
const PURPOSE: Part = { name: 'purpose', content: 'classify' };

const post = <Body = FileBody>(parts: Part[], path = FILES) => api.call<Body>('POST', path, multipart(parts));

/** Fails unless the server keeps the same blobs after `action` as before. */
async function expectNothingLeft(action: () => Promise<void>): Promise<void> {
  const before = await blobs(server.dataDir);
  await action();
  await eventually('nothing is left behind', async () => {
    const after = await blobs(server.dataDir);
    return after.length === before.length && after.every((blob, i) => blob === before[i]) ? true : null;
  });
}

describe('an upload', () => {
  test('answers 201 with the file and keeps its bytes', async () => {
    const { status, body } = await post([PURPOSE, FILE, { name: 'external_file_id', content: 'crm 1' }]);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^dfl-[0-9a-f-]{36}$/),
      name: 'a.txt',
      project_id: projectId,
      external_file_id: 'crm 1',
      file_type: 'txt',
      last_modified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      expires_at: null,
      purpose: 'classify',
      download_url: null,
    });
    expect(await blobs(server.dataDir)).toContain(join('files', body.id));
  });

  test('takes its parts in any order, and parts it does not know', async () => {
    const external: Part = { name: 'external_file_id', content: 'any order' };
    const extra: Part = { name: 'colour', content: 'blue' };
    const orders = [
      [FILE, PURPOSE, external],
      [external, FILE, PURPOSE],
      [PURPOSE, external, FILE],
      [extra, FILE, external, extra, PURPOSE],
    ];
    for (const parts of orders) {
      const { status, body } = await post(parts);
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { name: 'a.txt', purpose: 'classify', external_file_id: 'any order' },
      });
    }
  });

  test('may come in chunks without a length, byte by byte', async () => {
    const { body, headers } = multipart([FILE, PURPOSE]);
    const bytes = new TextEncoder().encode(body);
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === bytes.length) controller.close();
        else controller.enqueue(bytes.slice(sent, ++sent));
      },
    });
    const answer = await api.call<FileBody>('POST', FILES, { body: stream, headers });
    expect(answer.status).toBe(201);
    expect((await download(answer.body.id)).text).toBe(INVOICE);
  });

  test('keeps names of any script and file types in lower case; of a path only the last part', async () => {
    for (const [sent, name, file_type] of [
      ['Übersicht – 請求書.PDF', 'Übersicht – 請求書.PDF', 'pdf'],
      ['archive.tar.gz', 'archive.tar.gz', 'gz'],
      ['no extension', 'no extension', null],
      ['.hidden', '.hidden', null],
      ['../../etc/passwd.txt', 'passwd.txt', 'txt'],
      ['C:\\\\Users\\\\me\\\\scan.png', 'scan.png', 'png'],
    ] as const) {
      const { status, body } = await post([PURPOSE, { ...FILE, filename: sent }]);
      expect({ sent, status, name: body.name, file_type: body.file_type }).toEqual({
        sent,
        status: 201,
        name,
        file_type,
      });
    }
  });

  test('may repeat an external_file_id: it is another file', async () => {
    const external: Part = { name: 'external_file_id', content: 'repeated' };
    const first = (await post([FILE, PURPOSE, external])).body;
    const second = (await post([FILE, PURPOSE, external])).body;
    expect(second.id).not.toBe(first.id);
    const { body } = await api.call<Page<FileBody>>('GET', `${FILES}?external_file_id=repeated`);
    expect(body.items.map((file) => file.id)).toEqual([second.id, first.id]);
  });

  test('has any purpose, also for classification', async () => {
    for (const purpose of ['user_data', 'parse', 'extract', 'split', 'classify', 'sheet', 'agent_app']) {
      const { status, body } = await post([FILE, { name: 'purpose', content: purpose }]);
      expect({ status, purpose: body.purpose }).toEqual({ status: 201, purpose });
    }
    const parsed = (await post([FILE, { name: 'purpose', content: 'parse' }])).body;
    expect((await api.ended((await api.job(parsed.id)).id)).status).toBe('COMPLETED');
  });
});

describe('an upload that is refused leaves nothing behind', () => {
  const cases: [string, Part[], number, unknown][] = [
    ['an empty file', [PURPOSE, { ...FILE, content: '' }], 400, 'Uploaded file is empty.'],
    ['no file part', [PURPOSE], 400, 'file field is required for multipart requests.'],
    ['no parts', [], 400, 'file field is required for multipart requests.'],
    [
      'a file in another field',
      [PURPOSE, { ...FILE, name: 'upload' }],
      400,
      'file field is required for multipart requests.',
    ],
    ['a file that is a text field', [PURPOSE, { name: 'file', content: 'text' }], 400, 'File must have a filename.'],
    ['a file with an empty name', [PURPOSE, { ...FILE, filename: '' }], 400, 'File must have a filename.'],
    ['a file without a name', [PURPOSE, { ...FILE, filename: null }], 400, 'File must have a filename.'],
    ['no purpose', [FILE], 422, [{ type: 'missing', loc: ['body', 'purpose'], msg: 'Field required', input: null }]],
    [
      'an empty purpose',
      [FILE, { ...PURPOSE, content: '' }],
      422,
      [expect.objectContaining({ loc: ['body', 'purpose'] })],
    ],
    [
      'a purpose that is too long',
      [FILE, { ...PURPOSE, content: 'x'.repeat(256) }],
      422,
      [expect.objectContaining({ type: 'string_too_long', loc: ['body', 'purpose'] })],
    ],
    [
      'an external_file_id that is too long',
      [FILE, PURPOSE, { name: 'external_file_id', content: 'x'.repeat(256) }],
      422,
      [expect.objectContaining({ type: 'string_too_long', loc: ['body', 'external_file_id'] })],
    ],
    [
      'a name that is too long',
      [PURPOSE, { ...FILE, filename: 'x'.repeat(1_001) }],
      422,
      [expect.objectContaining({ type: 'string_too_long', loc: ['body', 'file'] })],
    ],
  ];
  test.each(cases)('%s', async (_, parts, status, detail) => {
    await expectNothingLeft(async () => {
      expect(await post<unknown>(parts)).toMatchObject({ status, body: { detail } });
    });
  });

  test('two files, more fields than anyone needs, a field as large as a file', async () => {
    const fields = Array.from({ length: 100 }, (_, i) => ({ name: `field ${i}`, content: 'x' }));
    for (const parts of [
      [PURPOSE, FILE, FILE],
      [FILE, ...fields, PURPOSE],
      [FILE, { name: 'purpose', content: 'x'.repeat(1_000_000) }],
    ]) {
      await expectNothingLeft(async () => {
        const { status, body } = await post<Refusal>(parts);
        expect([400, 413, 422], JSON.stringify(body)).toContain(status);
        expect(body.detail).toBeTruthy();
      });
    }
  });

  test('a body that is not multipart, or says it is and is not', async () => {
    await expectNothingLeft(async () => {
      const json = await api.call<Refusal>('POST', FILES, { json: { file: 'x', purpose: 'classify' } });
      expect(json).toMatchObject({
        status: 400,
        body: { detail: 'file field is required for multipart requests.' },
      });
      expect((await api.call('POST', FILES)).status).toBe(400);
      const plain = await api.call<Refusal>('POST', FILES, {
        body: INVOICE,
        headers: { 'content-type': 'text/plain' },
      });
      expect(plain).toMatchObject({
        status: 400,
        body: { detail: 'file field is required for multipart requests.' },
      });
      for (const type of ['multipart/form-data', 'multipart/form-data; boundary=other']) {
        const { body } = multipart([FILE, PURPOSE]);
        const answer = await api.call<Refusal>('POST', FILES, { body, headers: { 'content-type': type } });
        expect({ type, status: answer.status }).toEqual({ type, status: 400 });
        expect(answer.body.detail).toEqual(expect.any(String));
      }
    });
  });

  test('a body that ends too early', async () => {
    await expectNothingLeft(async () => {
      const { body, headers } = multipart([PURPOSE, FILE]);
      const answer = await api.call<Refusal>('POST', FILES, { body: body.slice(0, -40), headers });
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toEqual(expect.any(String));
    });
  });

  test('a file over the limit, wherever it stands and however it is sent', { timeout: 60_000 }, async () => {
    const tooLarge = { status: 413, body: { detail: `The file is larger than ${LIMIT} bytes.` } };
    await expectNothingLeft(async () => {
      const bytes = new Uint8Array(LIMIT + 1);
      for (const order of ['purpose first', 'purpose last']) {
        const form = new FormData();
        if (order === 'purpose first') form.set('purpose', 'classify');
        form.set('file', new Blob([bytes]), 'large.bin');
        form.set('purpose', 'classify');
        expect(await api.call('POST', FILES, { body: form })).toMatchObject(tooLarge);
      }
    });
    const exact = new FormData();
    exact.set('purpose', 'classify');
    exact.set('file', new Blob([new Uint8Array(LIMIT)]), 'exact.bin');
    const { status, body } = await api.call<FileBody>('POST', FILES, { body: exact });
    expect(status).toBe(201);
    await api.call('DELETE', `${FILES}/${body.id}`);
  });

  test('one whose client goes away in the middle; the server stays well', async () => {
    await expectNothingLeft(async () => {
      const { body } = multipart([PURPOSE, { ...FILE, content: 'x'.repeat(300_000) }]);
      const head = (length: string) =>
        `POST ${FILES} HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nAuthorization: Bearer ${API_KEY}\r\n` +
        `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\n${length}\r\n\r\n`;
      const half = body.slice(0, 150_000);
      const requests = [
        head(`Content-Length: ${body.length}`) + half,
        `${head('Transfer-Encoding: chunked')}${half.length.toString(16)}\r\n${half}\r\n`,
      ];
      for (const text of requests) {
        for (const end of ['end', 'resetAndDestroy'] as const) {
          const before = await blobs(server.dataDir);
          const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
          socket.on('error', () => {});
          socket.write(text);
          await eventually('the upload has begun', async () => {
            const now = await blobs(server.dataDir);
            return now.length > before.length ? true : null;
          });
          socket[end]();
          await sleep(20);
          socket.destroy();
        }
      }
    });
    expect((await api.call('GET', '/ready')).status).toBe(200);
    expect((await post([PURPOSE, FILE])).status).toBe(201);
    expect(server.output().stderr).not.toContain('"level":"error"');
  });
});

test('100 MB pass through the server in less than 150 MB of memory', { timeout: 60_000 }, async () => {
  const { pid } = server.process;
  const before = await memoryOf(pid!, 'VmRSS');
  const megabyte = new Uint8Array(1024 * 1024).fill(65);
  const { body, headers } = multipart([PURPOSE, { ...FILE, content: '\u0000' }]);
  const [start, end] = body.split('\u0000') as [string, string];
  let highest = 0;
  async function* content() {
    yield new TextEncoder().encode(start);
    for (let i = 0; i < 100; i++) {
      yield megabyte;
      highest = Math.max(highest, await memoryOf(pid!, 'VmRSS'));
    }
    yield new TextEncoder().encode(end);
  }
  const stream = ReadableStream.from(content()) as ReadableStream<Uint8Array>;
  const { status, body: file } = await api.call<FileBody>('POST', FILES, { body: stream, headers });
  expect(status).toBe(201);
  expect(highest - before).toBeLessThan(150 * 1024 * 1024);
  // The same holds for the way back.
  const link = (await api.call<{ url: string }>('GET', `${FILES}/${file.id}/content`)).body;
  let received = 0;
  for await (const chunk of (await fetch(link.url)).body!) {
    received += chunk.length;
    highest = Math.max(highest, await memoryOf(pid!, 'VmRSS'));
  }
  expect(received).toBe(100 * 1024 * 1024);
  expect(highest - before).toBeLessThan(150 * 1024 * 1024);
  expect((await api.call('DELETE', `${FILES}/${file.id}`)).status).toBe(204);
});

async function download(fileId: string) {
  const { body } = await api.call<{ url: string }>('GET', `${FILES}/${fileId}/content`);
  return api.call('GET', body.url, { key: null });
}

describe('listing files', () => {
  const external = 'listed';
  /** In the order of their creation. */
  const files: FileBody[] = [];
  const NAMES = ['delta.txt', 'alpha.txt', 'charlie.txt', 'alpha.txt', 'bravo.pdf'];

  beforeAll(async () => {
    for (const filename of NAMES) {
      files.push((await post([{ ...FILE, filename }, PURPOSE, { name: 'external_file_id', content: external }])).body);
    }
  });

  const list = (query: string) => api.call<Page<FileBody>>('GET', `${FILES}?${query}`);
  const walk = (query: string) => api.walk<FileBody>(FILES, `external_file_id=${external}&${query}`);
  const ids = (found: FileBody[]) => found.map((file) => file.id);
  const byName = () => [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));

  test('is newest first, 50 a page at first and at most 1,000', async () => {
    expect(ids((await list(`external_file_id=${external}`)).body.items)).toEqual(ids(files).reverse());
    expect((await list('page_size=1000')).status).toBe(200);
    for (const size of [0, 1001, 'x']) {
      const { status, body } = await api.call<InvalidRequest>('GET', `${FILES}?page_size=${size}`);
      expect(status).toBe(422);
      expect(body.detail).toMatchObject([{ loc: ['query', 'page_size'] }]);
    }
  });

  test('takes every order, and pages of any size follow it', async () => {
    const orders: [string, string[]][] = [
      ['name', ids(byName())],
      ['name asc', ids(byName())],
      ['NAME', ids(byName())],
      ['name desc', ids(byName()).reverse()],
      ['id', ids(files).sort()],
      ['id desc', ids(files).sort().reverse()],
      ['created_at', ids(files)],
      ['created_at desc', ids(files).reverse()],
      ['name, created_at desc', ids(byName())],
      ['', ids(files).reverse()],
    ];
    // Two files of one name: which is first is decided by the second column.
    const twins = files.filter((file) => file.name === 'alpha.txt');
    const newestFirst = orders.find(([order]) => order === 'name, created_at desc')![1];
    newestFirst.splice(0, 2, ...ids(twins).reverse());
    for (const [order, expected] of orders) {
      for (const size of [1, 2, 3, 5, 100]) {
        const walked = ids(await walk(`order_by=${encodeURIComponent(order)}&page_size=${size}`));
        expect({ order, size, walked }).toEqual({ order, size, walked: expected });
      }
    }
  });

  test('refuses orders it does not have', async () => {
    for (const order of ['size', 'name sideways', 'name asc asc', 'name;id', ',', 'name,']) {
      const { status, body } = await api.call<InvalidRequest>('GET', `${FILES}?order_by=${order}`);
      expect({ order, status }).toEqual({ order, status: 422 });
      expect(body.detail).toMatchObject([{ type: 'value_error', loc: ['query', 'order_by'] }]);
    }
  });

  test('filters by ids in every form, exact name and external id', async () => {
    const [a, b] = files as [FileBody, FileBody];
    for (const query of [
      `file_ids=${a.id}&file_ids=${b.id}`,
      `file_ids[]=${a.id}&file_ids[]=${b.id.slice(4)}`,
      `file_ids=${a.id},${b.id},dfl-${NOBODY},&file_name=&order_by=&page_token=&expand=`,
    ]) {
      expect(ids((await list(query)).body.items)).toEqual([b.id, a.id]);
    }
    expect(ids(await walk('file_name=alpha.txt'))).toEqual([files[3]!.id, files[1]!.id]);
    expect(await walk('file_name=alpha')).toEqual([]);
    expect((await list('external_file_id=nothing')).body).toEqual({
      items: [],
      next_page_token: null,
      total_size: null,
    });
    expect(ids(await walk(`file_name=alpha.txt&file_ids=${files[1]!.id}`))).toEqual([files[1]!.id]);
  });

  test('adds links when asked, and refuses to expand anything else', async () => {
    const { body } = await list(`file_ids=${files[0]!.id}&expand=download_url`);
    const { url } = body.items[0]!.download_url!;
    expect((await api.call('GET', url, { key: null })).text).toBe(INVOICE);
    const { status, body: refused } = await api.call<InvalidRequest>('GET', `${FILES}?expand=content`);
    expect(status).toBe(422);
    expect(refused.detail[0]).toMatchObject({ loc: ['query', 'expand', 0] });
  });

  test('refuses a token of another order or none', async () => {
    const { body } = await list('page_size=1&order_by=name');
    expect((await list(`page_size=1&order_by=id&page_token=${body.next_page_token}`)).status).toBe(400);
    for (const token of ['x', 'W10']) {
      const { status, body: refused } = await list(`page_token=${token}`);
      expect({ status, refused }).toEqual({ status: 400, refused: { detail: 'Invalid page_token' } });
    }
  });

  test('never fails, whatever the parameters say', async () => {
    const names = ['page_size', 'page_token', 'file_ids', 'file_name', 'external_file_id', 'order_by', 'expand'];
    const columns = fc.constantFrom('name', 'id', 'created_at', 'asc', 'desc', ',', ' ', 'rowid', ';');
    const token = fc
      .array(fc.string({ unit: 'binary' }), { maxLength: 4 })
      .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'));
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: columns }), token);
    const parameters = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parameters, async (pairs) => {
        const { status, text } = await list(String(new URLSearchParams(pairs)));
        expect([200, 400, 422], text).toContain(status);
      }),
      { numRuns: 200 },
    );
  });

  test('is also there as a query in a body', async () => {
    const query = (json: unknown, parameters = '') =>
      api.call<Page<FileBody>>('POST', `${FILES}/query${parameters}`, { json });
    const first = await query({ filter: { external_file_id: external }, order_by: 'name', page_size: 2 });
    expect(first.status).toBe(200);
    expect(ids(first.body.items)).toEqual(ids(byName()).slice(0, 2));
    const second = await query({
      filter: { external_file_id: external },
      order_by: 'name',
      page_size: 100_000,
      page_token: first.body.next_page_token,
    });
    expect(ids(second.body.items)).toEqual(ids(byName()).slice(2));
    expect(second.body.next_page_token).toBeNull();
    const filters = [
      { file_ids: [files[0]!.id, files[1]!.id.slice(4)], project_id: projectId },
      { file_ids: [files[0]!.id, files[1]!.id], data_source_id: null, only_manually_uploaded: true },
    ];
    for (const filter of filters)
      expect(ids((await query({ filter })).body.items)).toEqual([files[1]!.id, files[0]!.id]);
    expect(ids((await query({ filter: { file_name: 'charlie.txt', external_file_id: external } })).body.items)).toEqual(
      [files[2]!.id],
    );
    const nulls = { filter: null, order_by: null, page_size: null, page_token: null };
    expect((await query(nulls)).body.items.length).toBeGreaterThan(5);
    expect((await api.call('POST', `${FILES}/query`)).status).toBe(200);
    expect((await query({ filter: { file_ids: [] } })).body.items).toEqual([]);
    expect((await query({ filter: { project_id: NOBODY } })).status).toBe(403);
    expect((await query({ filter: { project_id: 'x' } })).status).toBe(422);
    expect((await query({ page_size: 0 })).status).toBe(422);
    expect((await query({ page_token: 'x' })).status).toBe(400);
  });
});

describe('one file', () => {
  test('is read by its id, with and without prefix', async () => {
    const { body: file } = await post([FILE, PURPOSE]);
    for (const id of [file.id, file.id.slice(4), file.id.slice(4).toUpperCase()]) {
      expect(await api.call('GET', `${FILES}/${id}`)).toMatchObject({ status: 200, body: file });
    }
    for (const id of [`dfl-${NOBODY}`, NOBODY, 'x', '%00']) {
      for (const path of [`${FILES}/${id}`, `${FILES}/${id}/content`]) {
        const { status, body } = await api.call<Refusal>('GET', path);
        expect({ path, status }).toEqual({ path, status: 404 });
        expect(body.detail).toMatch(/^File .* not found$/s);
      }
    }
  });

  test('is deleted with its bytes and the text that was read from it; its jobs stay', async () => {
    const text = `${INVOICE}\nto be deleted ${Math.random()}`;
    const file = await api.upload(text);
    const job = await api.ended((await api.job(file.id)).id);
    expect((await blobs(server.dataDir)).filter((blob) => blob.startsWith('parses/'))).not.toEqual([]);
    const texts = async () => (await blobs(server.dataDir)).filter((blob) => blob.startsWith('parses/')).length;
    const before = await texts();

    const { status, text: answer, headers } = await api.call('DELETE', `${FILES}/${file.id}`);
    expect({ status, answer, type: headers.get('content-type') }).toEqual({ status: 204, answer: '', type: null });

    expect(await blobs(server.dataDir)).not.toContain(join('files', file.id));
    expect(await texts()).toBe(before - 1);
    expect((await api.call('GET', `${FILES}/${file.id}`)).status).toBe(404);
    expect((await api.call('DELETE', `${FILES}/${file.id}`)).status).toBe(404);
    expect(await api.get(job.id)).toEqual(job);
    const again = await api.create({ file_input: file.id, configuration: job.configuration });
    expect(again.status).toBe(400);
    const parse = await api.create({ file_input: job.parse_job_id, configuration: job.configuration });
    expect(parse.status).toBe(400);
  });

  test('that is deleted leaves the text to another file of the same bytes', async () => {
    const text = `${INVOICE}\ntwins ${Math.random()}`;
    const [first, second] = [await api.upload(text), await api.upload(text)];
    const job = await api.ended((await api.job(first.id)).id);
    expect((await api.call('DELETE', `${FILES}/${first.id}`)).status).toBe(204);
    const again = await api.ended((await api.job(second.id)).id);
    expect(again).toMatchObject({ status: 'COMPLETED', parse_job_id: job.parse_job_id });
  });
});

describe('a job whose file is deleted', () => {
  test('before it was read fails, and nothing of the file is left', async () => {
    const release = await holdReaders(server.process.pid!);
    const reading = await api.upload(`${INVOICE}\nbeing read ${Math.random()}`);
    const waiting = await api.upload(`${INVOICE}\nwaiting ${Math.random()}`);
    const before = (await blobs(server.dataDir)).filter(
      (blob) => !blob.includes(reading.id) && !blob.includes(waiting.id),
    );
    const jobs = [await api.job(reading.id), await api.job(waiting.id)];
    try {
      await sleep(200);
      for (const file of [reading, waiting]) {
        expect((await api.call('DELETE', `${FILES}/${file.id}`)).status).toBe(204);
      }
    } finally {
      release();
    }
    for (const { id } of jobs) {
      const job = await api.ended(id);
      expect(job).toMatchObject({ status: 'FAILED', result: null, parse_job_id: null });
      expect(job.error_message).toMatch(/^FILE_NOT_FOUND: \S/);
    }
    expect(await blobs(server.dataDir)).toEqual(before);
  });
});

describe('a signed link', () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => i);

  async function linkTo(fileId: string, query = '') {
    const { status, body } = await api.call<{ url: string; expires_at: string; form_fields: null }>(
      'GET',
      `${FILES}/${fileId}/content${query}`,
    );
    expect(status).toBe(200);
    return body;
  }

  test('says where and until when', async () => {
    const file = await api.upload();
    const link = await linkTo(file.id);
    expect(Object.keys(link).sort()).toEqual(['expires_at', 'form_fields', 'url']);
    expect(link.url.startsWith(`${server.url}/download/${file.id}?`)).toBe(true);
    expect(link.form_fields).toBeNull();
    const seconds = (Date.parse(link.expires_at) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3_590);
    expect(seconds).toBeLessThanOrEqual(3_600);
    const short = await linkTo(file.id, '?expires_at_seconds=60');
    expect((Date.parse(short.expires_at) - Date.now()) / 1000).toBeLessThanOrEqual(60);
    for (const seconds of ['0', '-1', '604801', 'soon']) {
      expect((await api.call('GET', `${FILES}/${file.id}/content?expires_at_seconds=${seconds}`)).status).toBe(422);
    }
  });

  test('downloads exactly the bytes, named as the file, without a key, and is no page', async () => {
    for (const name of [
      'plain.txt',
      'two words.txt',
      'a "quoted" name.txt',
      '請求書 – für Müller.txt',
      "it's 100%.txt",
      'semi;colon=.txt',
    ]) {
      const filename = name.replaceAll('"', '\\"');
      const { body: file } = await post([PURPOSE, { ...FILE, filename }]);
      const response = await fetch((await linkTo(file.id)).url);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(INVOICE);
      expect(response.headers.get('content-length')).toBe(String(INVOICE.length));
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const disposition = parseContentDisposition(response.headers.get('content-disposition')!);
      expect(disposition).toMatchObject({ type: 'attachment', parameters: { filename: name } });
    }
    const binary = await api.upload(bytes, 'binary');
    const downloaded = await fetch((await linkTo(binary.id)).url);
    expect(new Uint8Array(await downloaded.arrayBuffer())).toEqual(bytes);
  });

  test('is refused once it has expired', async () => {
    const file = await api.upload();
    const { url } = await linkTo(file.id, '?expires_at_seconds=1');
    await sleep(1_100);
    expect((await api.call('GET', url, { key: null })).status).toBe(403);
  });

  test('is refused with any part of it changed', async () => {
    const [file, other] = [await api.upload(), await api.upload()];
    const { url } = await linkTo(file.id);
    const changed = (change: (url: URL) => void) => {
      const copy = new URL(url);
      change(copy);
      return copy.href;
    };
    const signature = new URL(url).searchParams.get('signature')!;
    const expires = Number(new URL(url).searchParams.get('expires'));
    const set = (name: string, value: string) => changed((copy) => copy.searchParams.set(name, value));
    const forgeries = [
      url.replace(file.id, other.id),
      url.replace(file.id, file.id.slice(4)),
      set('expires', String(expires + 1)),
      set('expires', '99999999999'),
      set('signature', 'x'),
      set('signature', `${signature}A`),
      set('signature', signature.slice(0, -1)),
      set('signature', (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)),
    ];
    for (const forged of forgeries) {
      const { status, body } = await api.call<Refusal>('GET', forged, { key: null });
      expect({ forged, status }).toEqual({ forged, status: 403 });
      expect(body.detail).toContain('not valid or has expired');
    }
    for (const name of ['expires', 'signature']) {
      const without = changed((copy) => copy.searchParams.delete(name));
      expect((await api.call('GET', without, { key: null })).status).toBe(422);
    }
    expect((await api.call('GET', url, { key: null })).status).toBe(200);
  });

  test('to a file that was deleted answers 404', async () => {
    const file = await api.upload();
    const { url } = await linkTo(file.id);
    await api.call('DELETE', `${FILES}/${file.id}`);
    expect((await api.call('GET', url, { key: null })).status).toBe(404);
  });

  test('to a file whose bytes are gone answers 500 and nothing about why', async () => {
    const file = await api.upload();
    const { url } = await linkTo(file.id);
    await rm(join(server.dataDir, 'blobs/files', file.id));
    const { status, body, headers } = await api.call<Refusal>('GET', url, { key: null });
    expect({ status, body }).toEqual({
      status: 500,
      body: { detail: 'Internal Server Error', request_id: headers.get('x-request-id') },
    });
    expect(headers.get('content-disposition')).toBeNull();
  });
});

describe('the files API of clients before 1.0', () => {
  const LEGACY = '/api/v1/files';
  const upload = (query = '') => post<Record<string, unknown>>([{ ...FILE, name: 'upload_file' }], `${LEGACY}${query}`);

  test('uploads, reads, links to and deletes files under bare UUIDs', async () => {
    const { status, body } = await upload('?external_file_id=old%20client');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      created_at: expect.any(String),
      updated_at: expect.any(String),
      name: 'a.txt',
      external_file_id: 'old client',
      file_size: INVOICE.length,
      file_type: 'txt',
      project_id: projectId,
      last_modified_at: expect.any(String),
      resource_info: null,
      permission_info: null,
      data_source_id: null,
    });
    expect((await api.call('GET', `${LEGACY}/${body.id}`)).body).toEqual(body);
    const link = await api.call<{ url: string }>('GET', `${LEGACY}/${body.id}/content`);
    expect((await api.call('GET', link.body.url, { key: null })).text).toBe(INVOICE);
    expect(await api.call('DELETE', `${LEGACY}/${body.id}`)).toMatchObject({ status: 204, text: '' });
    expect((await api.call('GET', `${LEGACY}/${body.id}`)).status).toBe(404);
    expect((await api.call('DELETE', `${LEGACY}/${body.id}`)).status).toBe(404);
  });

  test('and the current one show the same files under each other’s ids', async () => {
    const { body } = await upload();
    const prefixed = `dfl-${body.id}`;
    expect((await api.call<FileBody>('GET', `${FILES}/${body.id}`)).body).toMatchObject({
      id: prefixed,
      purpose: null,
    });
    expect((await api.call('GET', `${LEGACY}/${prefixed}`)).body).toEqual(body);
    const job = await api.ended((await api.job(String(body.id))).id);
    expect(job).toMatchObject({ status: 'COMPLETED', file_input: body.id, document_input_type: 'file_id' });
    expect((await api.call('DELETE', `${FILES}/${body.id}`)).status).toBe(204);
  });

  test('refuses what the current one refuses, in its own words', async () => {
    await expectNothingLeft(async () => {
      const cases: [Part[], string][] = [
        [[FILE], 'upload_file field is required for multipart requests.'],
        [[{ ...FILE, name: 'upload_file', content: '' }], 'Uploaded file is empty.'],
        [[{ ...FILE, name: 'upload_file', filename: '' }], 'File must have a filename.'],
      ];
      for (const [parts, detail] of cases) {
        expect(await post<Refusal>(parts, LEGACY)).toMatchObject({ status: 400, body: { detail } });
      }
    });
  });
});
