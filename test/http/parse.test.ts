import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParseJob } from '../../src/domain/parse-job.ts';
import type { ParseResult } from '../../src/http/parse-result.ts';
import { Api, blobs, holdReaders, INVOICE, type InvalidRequest, type Refusal, RULES } from '../support/api.ts';
import { dispose, eventually, startServer, type TestServer } from '../support/server.ts';

type Expanded = ParseResult & {
  job: ParseJob;
  raw_parameters: Record<string, unknown> | null;
  result_content_metadata: Record<string, { size_bytes: number; presigned_url: string }> | null;
};

const FAST = { tier: 'fast', version: 'latest' };
const MARKDOWN =
  '# Order 7\n\nTo be delivered:\n\n- bolts\n- nuts\n\n| Part | Price |\n| --- | --- |\n| "M8", long | 3 |\n';

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
});
afterAll(() => dispose(server));

const create = (json: object) => api.call<ParseJob>('POST', '/api/v2/parse', { json });
const problems = async (json: unknown) => {
  const { status, body } = await api.call<InvalidRequest>('POST', '/api/v2/parse', { json });
  expect(status).toBe(422);
  return body.detail;
};
const get = (id: string, query = '') => api.call<Expanded>('GET', `/api/v2/parse/${id}${query}`);
const ended = (id: string) =>
  eventually(`parse job ${id} ends`, async () => {
    const { job } = (await get(id)).body;
    return ['PENDING', 'RUNNING'].includes(job.status) ? null : job;
  });

/** A text that no other test has, so that nothing has read it before. */
const unread = () => `${INVOICE}\nread for ${Math.random()}`;

async function parsed(text = unread(), fields: object = {}, name = 'document.txt'): Promise<ParseJob> {
  const file = await api.upload(text, name);
  const { status, body, text: answer } = await create({ ...FAST, file_id: file.id, ...fields });
  expect(status, answer).toBe(200);
  return ended(body.id);
}

const parses = async () => (await blobs(server.dataDir)).filter((blob) => blob.startsWith('parses/'));

/** Does something while nothing is read; what the server was given meanwhile stays PENDING. */
async function whileNothingIsRead<Result>(use: () => Promise<Result>): Promise<Result> {
  // Without a first document there may be no process yet that could be held.
  await parsed();
  const release = await holdReaders(server.process.pid!);
  try {
    return await use();
  } finally {
    release();
  }
}

describe('a parse job', () => {
  test('is PENDING when it is created and COMPLETED once its file was read', async () => {
    const file = await api.upload(unread(), 'order.txt');
    const { status, body } = await create({ tier: 'agentic', version: '2026-09-07', file_id: file.id });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^pjb-[0-9a-f-]{36}$/),
      project_id: file.project_id,
      status: 'PENDING',
      error_message: null,
      name: 'order.txt',
      tier: 'agentic',
      user_metadata: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(await ended(body.id)).toMatchObject({ id: body.id, status: 'COMPLETED', tier: 'agentic' });
  });

  test('fails with the code of what is wrong with the document', async () => {
    const job = await parsed(`%PDF-1.4 ${Math.random()}`, {}, 'x.pdf');
    expect(job.status).toBe('FAILED');
    expect(job.error_message).toMatch(/^[A-Z_]+: \S/);
    const { status, body } = await get(job.id, '?expand=text');
    expect({ status, text: body.text }).toEqual({ status: 200, text: null });
  });

  test('reads the pages it is asked for, target_pages before max_pages', async () => {
    const pages = Array.from({ length: 4 }, (_, page) => `page ${page + 1} `.repeat(800)).join('\f');
    const all = await parsed(`${pages}${Math.random()}`);
    const total = (await get(all.id, '?expand=job_metadata')).body.job_metadata!.total_pages;
    expect(total).toBeGreaterThan(2);
    for (const [page_ranges, numbers] of [
      [{ max_pages: 2 }, [1, 2]],
      [{ target_pages: '2-3' }, [2, 3]],
      [{ target_pages: '3,2', max_pages: 1 }, [2, 3]],
    ] as const) {
      const job = await parsed(`${pages}${Math.random()}`, { page_ranges });
      const { text } = (await get(job.id, '?expand=text')).body;
      expect(text!.pages.map((page) => page.page_number)).toEqual(numbers);
    }
  });

  test('is listed with others, newest first, and found by status and id', async () => {
    const [first, second] = [await parsed(), await parsed()];
    const list = async (query: string) =>
      (await api.walk<ParseJob>('/api/v2/parse', `page_size=1&${query}`)).map((job) => job.id);
    expect(await list(`job_ids=${first.id}&job_ids=${second.id}`)).toEqual([second.id, first.id]);
    expect(await list(`job_ids=${first.id},${second.id}&created_at_on_or_after=${second.created_at}`)).toEqual([
      second.id,
    ]);
    expect(await list(`job_ids=${first.id}&status=FAILED`)).toEqual([]);
    expect(await list('status=COMPLETED')).toContain(first.id);
  });

  test('can be cancelled until it has ended, which frees its worker at once', async () => {
    const cancelled = await whileNothingIsRead(async () => {
      const file = await api.upload(unread());
      const { id } = (await create({ ...FAST, file_id: file.id })).body;
      const { status, body } = await api.call<ParseJob>('POST', `/api/v2/parse/${id}/cancel`);
      expect({ status, job: body.status }).toEqual({ status: 200, job: 'CANCELLED' });
      return id;
    });
    const again = await api.call<Refusal>('POST', `/api/v2/parse/${cancelled}/cancel`);
    expect(again.status).toBe(409);
    expect(again.headers.get('x-should-retry')).toBe('false');
    expect(again.body.detail).toContain('CANCELLED');
    expect((await parsed()).status).toBe('COMPLETED');
    expect((await get(cancelled)).body.job.status).toBe('CANCELLED');
  });

  test('can be deleted once it has ended, with what it has read, unless another one shares it', async () => {
    const text = unread();
    const [first, second] = [await parsed(text), await parsed(text)];
    const before = await parses();
    const remove = (id: string) => api.call('DELETE', `/api/v2/parse/${id}`);
    expect(await remove(first.id)).toMatchObject({ status: 200, body: { id: first.id, project_id: first.project_id } });
    expect(await parses()).toEqual(before);
    expect((await get(second.id, '?expand=text')).body.text).not.toBeNull();
    expect((await remove(second.id)).status).toBe(200);
    expect(await parses()).toHaveLength(before.length - 1);
    for (const { status, body } of [await get(first.id), await remove(first.id)]) {
      expect({ status, body }).toEqual({ status: 404, body: { detail: 'Parse job not found' } });
    }
    await whileNothingIsRead(async () => {
      const { id } = (await create({ ...FAST, file_id: (await api.upload(unread())).id })).body;
      const refused = await remove(id);
      expect(refused.status).toBe(409);
      expect(refused.headers.get('x-should-retry')).toBe('false');
    });
  });

  test('can be made by uploading the file with it', async () => {
    const upload = (configuration: unknown, withFile = true) => {
      const form = new FormData();
      if (configuration !== undefined) form.set('configuration', JSON.stringify(configuration));
      if (withFile) form.set('file', new Blob([unread()]), 'scan.txt');
      return api.call<ParseJob & InvalidRequest>('POST', '/api/v2/parse/upload', { body: form });
    };
    const { status, body } = await upload({ ...FAST, user_metadata: { batch: '7' } });
    expect(status).toBe(200);
    expect(await ended(body.id)).toMatchObject({
      status: 'COMPLETED',
      name: 'scan.txt',
      user_metadata: { batch: '7' },
    });

    const stored = await blobs(server.dataDir);
    expect((await upload({ ...FAST, file_id: 'dfl-x' })).body.detail).toMatchObject([
      { type: 'extra_forbidden', loc: ['body', 'configuration', 'file_id'] },
    ]);
    expect((await upload(undefined)).body.detail).toMatchObject([{ type: 'missing', loc: ['body', 'configuration'] }]);
    expect((await upload(FAST, false)).status).toBe(400);
    expect(await blobs(server.dataDir)).toEqual(stored);
  });
});

describe('the request', () => {
  test('must name tier, version and one document, and nothing that does not exist', async () => {
    expect(await problems({ file_id: 'dfl-x' })).toMatchObject([
      { type: 'missing', loc: ['body', 'tier'] },
      { type: 'missing', loc: ['body', 'version'] },
    ]);
    expect(await problems({ ...FAST, tier: 'slow', file_id: 'dfl-x' })).toMatchObject([{ type: 'enum' }]);
    expect(await problems({ ...FAST, version: 'newest', file_id: 'dfl-x' })).toMatchObject([
      { loc: ['body', 'version'] },
    ]);
    for (const input of [{}, { file_id: 'dfl-x', source_url: 'https://example.com/a.pdf' }]) {
      expect(await problems({ ...FAST, ...input })).toMatchObject([
        { msg: 'Value error, exactly one of file_id and source_url is required' },
      ]);
    }
    expect(await problems({ ...FAST, file_id: 'dfl-x', target_pages: '1', lang: 'en' })).toMatchObject([
      { type: 'extra_forbidden', loc: ['body', 'target_pages'], msg: 'Extra inputs are not permitted', input: '1' },
      { type: 'extra_forbidden', loc: ['body', 'lang'] },
    ]);
    expect(await problems({ ...FAST, file_id: 'dfl-x', page_ranges: { target_pages: '0' } })).toMatchObject([
      { loc: ['body', 'page_ranges', 'target_pages'] },
    ]);
  });

  test('may hold the options that other tiers have, which change nothing', async () => {
    const options = {
      agentic_options: { custom_prompt: 'x' },
      output_options: { markdown: { tables: {} } },
      processing_options: { ignore: {}, ocr_parameters: { languages: ['en'] } },
      processing_control: { timeouts: { base_in_seconds: 60 } },
      crop_box: { top: 0.1 },
      client_name: 'tests',
      http_proxy: 'http://user:password@proxy',
    };
    const job = await parsed(unread(), options);
    expect(job.status).toBe('COMPLETED');
    const { raw_parameters } = (await get(job.id, '?expand=raw_parameters')).body;
    expect(raw_parameters).toMatchObject({ ...FAST, client_name: 'tests', crop_box: { top: 0.1 } });
    expect(JSON.stringify(raw_parameters)).not.toContain('password');
  });

  test('is refused when the file is not there, or a URL is not enabled', async () => {
    const missing = 'dfl-00000000-0000-4000-8000-000000000000';
    const { status, body } = await api.call<Refusal>('POST', '/api/v2/parse', { json: { ...FAST, file_id: missing } });
    expect(status).toBe(400);
    expect(body.detail).toMatch(/^File ID dfl-0.* is not in Project ID /);
    const url = await api.call<Refusal>('POST', '/api/v2/parse', {
      json: { ...FAST, source_url: 'https://example.com' },
    });
    expect(url.status).toBe(400);
    expect(url.body.detail).toContain('not enabled');
  });
});

describe('what was read', () => {
  test('is shown in the parts that expand names, and null without', async () => {
    const job = await parsed(MARKDOWN, {}, 'order.md');
    const { body: bare } = await get(job.id);
    expect(bare.job).toEqual(job);
    for (const [part, value] of Object.entries(bare)) if (part !== 'job') expect(value, part).toBeNull();

    const expand = ['text', 'markdown', 'items', 'metadata', 'text_full', 'markdown_full', 'job_metadata', 'forms'];
    const { status, body } = await get(
      job.id,
      `?expand=${expand.slice(0, 4).join(',')}&expand=${expand.slice(4).join('&expand=')}`,
    );
    expect(status).toBe(200);
    expect(body.text!.pages).toMatchObject([{ page_number: 1, text: expect.stringContaining('Order 7') }]);
    expect(body.markdown!.pages).toMatchObject([
      { page_number: 1, markdown: expect.stringContaining('Order 7'), header: null, footer: null, success: true },
    ]);
    expect(body.items!.pages).toMatchObject([{ page_number: 1, page_width: null, page_height: null, success: true }]);
    expect(body.items!.pages[0]!.items.map((item) => item.md).join('\n')).toContain('bolts');
    expect(body.metadata!.pages).toEqual([{ page_number: 1, confidence: null }]);
    expect(body.text_full).toBe(body.text!.pages[0]!.text);
    expect(body.markdown_full).toBe(body.markdown!.pages[0]!.markdown);
    expect(body.job_metadata).toMatchObject({ total_pages: 1, pages_read: 1 });
  });

  test('has items of the structure of the document', async () => {
    const html = `<h2>Order</h2><p>To be <b>delivered</b></p><ol><li>bolts</li><li>nuts</li></ol>
      <table><tr><th>Part</th><th>Price</th></tr><tr><td>"M8", &lt;long&gt;</td><td>3</td></tr></table>`;
    const job = await parsed(`<!doctype html><body>${html}</body>`, {}, 'order.html');
    const { items } = (await get(job.id, '?expand=items')).body;
    expect(items!.pages[0]!.items).toMatchObject([
      { type: 'heading', level: 2, value: 'Order', md: '## Order' },
      { type: 'text', value: 'To be delivered' },
      { type: 'list', ordered: true, items: [{ type: 'text', value: 'bolts' }, { value: 'nuts' }] },
      {
        type: 'table',
        rows: [
          ['Part', 'Price'],
          ['"M8", <long>', '3'],
        ],
        csv: 'Part,Price\n"""M8"", <long>",3',
        html: '<table><tr><td>Part</td><td>Price</td></tr><tr><td>"M8", &lt;long&gt;</td><td>3</td></tr></table>',
      },
    ]);
  });

  test('can be downloaded by signed links', async () => {
    const job = await parsed();
    const { result_content_metadata: links, text_full } = (
      await get(job.id, '?expand=text_content_metadata,items_content_metadata,text_full')
    ).body;
    expect(Object.keys(links!)).toEqual(['text', 'items']);
    const { presigned_url, size_bytes } = links!.text!;
    const answer = await api.call('GET', presigned_url, { key: null });
    expect(answer).toMatchObject({ status: 200, text: text_full });
    expect(Buffer.byteLength(answer.text)).toBe(size_bytes);
    const forged = await api.call('GET', presigned_url.replace('/text?', '/items?'), { key: null });
    expect(forged.status).toBe(403);
  });

  test('is null while the job waits, and an unknown part is refused', async () => {
    await whileNothingIsRead(async () => {
      const { id } = (await create({ ...FAST, file_id: (await api.upload(unread())).id })).body;
      const { status, body } = await get(id, '?expand=text&expand=markdown_full');
      expect({ status, text: body.text, markdown: body.markdown_full }).toEqual({
        status: 200,
        text: null,
        markdown: null,
      });
      expect((await get(id, '?expand=pictures')).status).toBe(422);
    });
  });

  test('is gone with the last file of its content; the job stays', async () => {
    const text = unread();
    const file = await api.upload(text);
    const { id } = (await create({ ...FAST, file_id: file.id })).body;
    await ended(id);
    await api.call('DELETE', `/api/v1/beta/files/${file.id}`);
    expect((await get(id)).body.job.status).toBe('COMPLETED');
    expect(await get(id, '?expand=text')).toMatchObject({
      status: 404,
      body: { detail: 'Result not found. Check job status to see if it has completed.' },
    });
    const { status, body } = await api.create<Refusal>({ file_input: id, configuration: { rules: RULES } });
    expect(status).toBe(400);
    expect(body.detail).toContain('not kept any more');
  });
});

describe('the same content', () => {
  test('is read once for the same options, by parse and classify jobs alike', async () => {
    const text = unread();
    const first = await parsed(text);
    const before = await parses();
    const second = await parsed(text);
    expect(second.id).not.toBe(first.id);
    const file = await api.upload(text);
    const classified = await api.ended((await api.job(file.id)).id);
    expect([first.id, second.id]).toContain(classified.parse_job_id);
    expect(await parses()).toEqual(before);
    await parsed(text, { page_ranges: { max_pages: 1 } });
    expect(await parses()).toHaveLength(before.length + 1);
  });

  test('is read anew, for that job alone, when the cache is disabled', async () => {
    const text = unread();
    await parsed(text);
    const before = await parses();
    const fresh = await parsed(text, { disable_cache: true });
    expect(await parses()).toHaveLength(before.length + 1);
    await api.call('DELETE', `/api/v2/parse/${fresh.id}`);
    expect(await parses()).toEqual(before);
  });
});

describe('a classify job', () => {
  test('of a file makes a parse job that shows what was read', async () => {
    const file = await api.upload(unread(), 'invoice.txt');
    const { parse_job_id } = await api.ended((await api.job(file.id)).id);
    const { status, body } = await get(parse_job_id!, '?expand=text_full');
    expect(status).toBe(200);
    expect(body.job).toMatchObject({ id: parse_job_id, status: 'COMPLETED', name: 'invoice.txt', tier: 'fast' });
    expect(body.text_full).toContain('INVOICE No. 2041');
  });

  test('of a parse job that has not ended waits for it', async () => {
    const job = await whileNothingIsRead(async () => {
      const { id } = (await create({ ...FAST, file_id: (await api.upload(unread())).id })).body;
      const waiting = await api.job(id);
      expect(waiting).toMatchObject({ status: 'PENDING', document_input_type: 'parse_job_id', parse_job_id: id });
      return waiting;
    });
    expect(await api.ended(job.id)).toMatchObject({ status: 'COMPLETED', result: { type: 'invoice' } });
  });

  test('fails with a sentence when the parse job it waits for fails or is cancelled', async () => {
    const [cancelled, failed] = await whileNothingIsRead(async () => {
      const { id } = (await create({ ...FAST, file_id: (await api.upload(unread())).id })).body;
      const broken = await api.upload(Uint8Array.from([0, 1, 2, 3, 255, 254, 0, 9]), 'x.bin');
      const { id: bad } = (await create({ ...FAST, file_id: broken.id })).body;
      const jobs = [await api.job(id), await api.job(bad)];
      await api.call('POST', `/api/v2/parse/${id}/cancel`);
      return jobs;
    });
    expect((await api.ended(cancelled!.id)).error_message).toBe('PARSE_JOB_CANCELLED: The parse job was cancelled.');
    expect((await api.ended(failed!.id)).error_message).toMatch(/^[A-Z_]+: The parse job failed: \S/);
    const { status, body } = await api.create<Refusal>({
      file_input: cancelled!.parse_job_id,
      configuration: { rules: RULES },
    });
    expect(status).toBe(400);
    expect(body.detail).toContain('nothing to classify');
  });
});

test('the versions can be asked for without a key', async () => {
  const { status, body } = await api.call<Record<string, unknown>>('GET', '/api/v2/parse/versions', { key: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({ fast: expect.arrayContaining(['2026-06-15']), latest: { fast: '2026-06-15' } });
  expect(Object.keys(body)).toEqual(['fast', 'cost_effective', 'agentic', 'agentic_plus', 'latest']);
});
