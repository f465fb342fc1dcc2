import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, holdReaders, INVOICE, type InvalidRequest, type Page, type Refusal, RULES } from '../support/api.ts';
import { dispose, eventually, startServer, type TestServer } from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let server: TestServer;
let api: Api;
let file: string;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  file = (await api.upload()).id;
  await api.ended((await api.job(file)).id);
});
afterAll(() => dispose(server));

interface V1Job {
  id: string;
  status: string;
  mode: string;
  error_message: string | null;
  parsing_configuration: { lang: string; max_pages: number | null; target_pages: unknown };
}
interface V1Result {
  id: string;
  classify_job_id: string;
  file_id: string;
  result: { type: string | null; confidence: number; reasoning: string } | null;
}

const create = <Body = V1Job>(fields: object = {}) =>
  api.call<Body>('POST', '/api/v1/classifier/jobs', { json: { file_ids: [file], rules: RULES, ...fields } });
const get = async (id: string) => (await api.call<V1Job>('GET', `/api/v1/classifier/jobs/${id}`)).body;
const results = async (id: string) =>
  (await api.call<Page<V1Result>>('GET', `/api/v1/classifier/jobs/${id}/results`)).body;
const ended = (id: string) =>
  eventually(`v1 job ${id} ends`, async () => {
    const job = await get(id);
    return job.status === 'PENDING' ? null : job;
  });
const bare = (id: string) => id.replace(/^\w+-(?=[0-9a-f]{8}-)/, '');

describe('a v1 job', () => {
  test('has many files, bare ids and one result for each file, in their order', async () => {
    const contract = await api.upload('AGREEMENT between parties, with terms and signatures of both parties.\n');
    const { status, body } = await create({ file_ids: [bare(file), contract.id] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'PENDING', mode: 'FAST', rules: RULES, job_record_id: null });
    expect(body.id).toMatch(UUID);
    expect(await ended(body.id)).toMatchObject({ status: 'SUCCESS', error_message: null });
    const { items, next_page_token } = await results(body.id);
    expect(next_page_token).toBeNull();
    expect(items.map((item) => item.file_id)).toEqual([bare(file), bare(contract.id)]);
    expect(items.map((item) => item.result?.type)).toEqual(['invoice', 'contract']);
    for (const item of items) {
      expect(item.classify_job_id).toBe(body.id);
      expect(item.id).toMatch(UUID);
      // The same file is a job of v2 like any other.
      expect((await api.get(`clj-${item.id}`)).result).toEqual(item.result);
    }
  });

  test('is PENDING, with no results, until its last file has ended', async () => {
    const release = await holdReaders(server.process.pid!);
    try {
      const { body } = await create({ file_ids: [file, (await api.upload(`${INVOICE} held`)).id] });
      await eventually('the first file ends', async () => {
        const { items } = (await api.list('?status=COMPLETED&page_size=2')).body;
        return items.some((job) => job.created_at > (body as unknown as { created_at: string }).created_at) || null;
      });
      expect((await get(body.id)).status).toBe('PENDING');
      expect((await results(body.id)).items).toEqual([]);
      release();
      expect((await ended(body.id)).status).toBe('SUCCESS');
    } finally {
      release();
    }
  });

  test('is PARTIAL_SUCCESS when some files fail, ERROR when all do, CANCELLED when all were cancelled', async () => {
    const broken = (await api.upload('%PDF-1.7 broken', 'x.pdf')).id;
    const partial = await ended((await create({ file_ids: [broken, file] })).body.id);
    expect(partial).toMatchObject({ status: 'PARTIAL_SUCCESS', error_message: expect.stringMatching(/^PDF_IS_/) });
    expect((await results(partial.id)).items.map((item) => item.result?.type ?? null)).toEqual([null, 'invoice']);

    const failed = await ended((await create({ file_ids: [broken, broken] })).body.id);
    expect(failed).toMatchObject({ status: 'ERROR', error_message: expect.stringMatching(/^PDF_IS_/) });

    const release = await holdReaders(server.process.pid!);
    try {
      const { body } = await create({ file_ids: [(await api.upload(`${INVOICE} to be cancelled`)).id] });
      const [job] = (await api.list('?page_size=1')).body.items;
      await api.call('POST', `/api/v2/classify/${job!.id}/cancel`);
      expect((await get(body.id)).status).toBe('CANCELLED');
    } finally {
      release();
    }
  });

  test('takes MULTIMODAL and shows it, though there is one engine for both modes', async () => {
    const { status, body } = await create({ mode: 'MULTIMODAL' });
    expect(status).toBe(200);
    expect(await ended(body.id)).toMatchObject({ status: 'SUCCESS', mode: 'MULTIMODAL' });
  });

  test.each([
    ['nothing', undefined, { lang: 'en', max_pages: 5, target_pages: null }, { max_pages: 5, target_pages: null }],
    ['no limit', { max_pages: null }, { max_pages: null }, { max_pages: null, target_pages: null }],
    ['0-based pages', { target_pages: [4, 0, 1, 2] }, { target_pages: [4, 0, 1, 2] }, { target_pages: '1-3,5' }],
    [
      '1-based ranges',
      { target_pages: '1,3-4' },
      { target_pages: '1,3-4' },
      { max_pages: null, target_pages: '1,3-4' },
    ],
    ['both limits', { target_pages: [0, 2], max_pages: 1 }, { max_pages: 1 }, { max_pages: 1, target_pages: '1,3' }],
    ['a language', { lang: 'ch_sim' }, { lang: 'ch_sim', max_pages: 5 }, { lang: 'zh' }],
  ])('reads the pages that are asked for by %s', async (_, parsing, shown, used) => {
    const { status, body } = await create({ parsing_configuration: parsing });
    expect(status).toBe(200);
    expect(body.parsing_configuration).toMatchObject(shown);
    const [job] = (await api.list('?page_size=1')).body.items;
    expect(job!.configuration.parsing_configuration).toMatchObject(used);
  });

  test.each([
    ['no files', { file_ids: [] }, 'too_short', ['body', 'file_ids']],
    ['501 files', { file_ids: Array(501).fill(NOBODY) }, 'too_long', ['body', 'file_ids']],
    ['an unknown mode', { mode: 'BEST' }, 'enum', ['body', 'mode']],
    [
      'an unknown language',
      { parsing_configuration: { lang: 'klingon' } },
      'enum',
      ['body', 'parsing_configuration', 'lang'],
    ],
    [
      'a list of no pages',
      { parsing_configuration: { target_pages: [] } },
      'too_short',
      ['body', 'parsing_configuration', 'target_pages'],
    ],
    [
      'page 0 in text',
      { parsing_configuration: { target_pages: '0' } },
      'value_error',
      ['body', 'parsing_configuration', 'target_pages'],
    ],
    ['a type twice', { rules: [RULES[0], RULES[0]] }, 'value_error', ['body', 'rules']],
  ])('is refused with %s', async (_, fields, type, loc) => {
    const { status, body } = await create<InvalidRequest>(fields);
    expect(status).toBe(422);
    expect(body.detail[0]).toMatchObject({ type, loc });
  });

  test('is not created at all when one of its files is unknown', async () => {
    const count = async () => (await api.walk('/api/v1/classifier/jobs', 'page_size=100')).length;
    const before = await count();
    const { status, body } = await create<Refusal>({ file_ids: [file, NOBODY] });
    expect(status).toBe(400);
    expect(body.detail).toContain(`File ID ${NOBODY} is not in Project ID`);
    expect(await count()).toBe(before);
  });

  test('is found by its id with and without prefix, and listed newest first', async () => {
    const { body } = await create();
    expect((await get(`clj-${body.id.toUpperCase()}`)).id).toBe(body.id);
    const jobs = await api.walk<V1Job & { created_at: string }>('/api/v1/classifier/jobs', 'page_size=2');
    expect(jobs[0]!.id).toBe(body.id);
    const times = jobs.map((job) => job.created_at);
    expect(times).toEqual(times.toSorted().reverse());
    expect(new Set(jobs.map((job) => job.id)).size).toBe(jobs.length);
    // Its ids are not those of v2 jobs or bulk requests, and theirs are not its.
    expect((await api.call('GET', `/api/v2/classify/${body.id}`)).status).toBe(404);
    expect((await api.call('GET', `/api/v2/classify/bulk/blk-${body.id}`)).status).toBe(404);
  });
});
