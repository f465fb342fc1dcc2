import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { Api, holdReaders, INVOICE, type InvalidRequest, type Refusal, RULES } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const CONTRACT =
  'AGREEMENT between the parties\nThe parties agree to the following terms.\nSignature of both parties\n';
const OTHER_RULES = [
  { type: 'shipping note', description: 'mentions shipping and widgets that were sent to somebody' },
  { type: 'poem', description: 'verses that rhyme, about love, nature or the passing of time' },
];

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

interface Bulk {
  id: string;
  transaction_id: string | null;
  total: number;
  open: number;
  completed: number;
  failed: number;
  jobs: { id: string; file_input: string; status: string }[];
}

const bulk = <Body = Bulk>(json: unknown, client = api) => client.call<Body>('POST', '/api/v2/classify/bulk', { json });
const withRules = (fields: object) => ({ configuration: { rules: RULES }, ...fields });

interface Stats {
  total: number;
  open: number;
  by_status: Record<string, number>;
  by_type: { type: string | null; jobs: number }[];
  has_more_types: boolean;
}
const stats = async (client = api) => (await client.call<Stats>('GET', '/api/v2/classify/stats')).body;

/** A client of a project with no jobs. */
async function newProject(name: string): Promise<Api> {
  const { stdout } = await runCli(['keys', 'create', '--project', name], { PIGEONHOLE_DATA_DIR: server.dataDir });
  return new Api(server.url, stdout.trim());
}

describe('a bulk request', () => {
  test('creates one job for each input, in their order, and tells how far they are', async () => {
    const contract = (await api.upload(CONTRACT)).id;
    const parse = (await api.ended((await api.job(contract)).id)).parse_job_id!;
    const inputs = [file, contract, parse, file];
    const { status, body } = await bulk(withRules({ file_inputs: inputs }));
    expect(status).toBe(200);
    expect(body.id).toMatch(/^blk-/);
    expect(body.jobs.map((job) => job.file_input)).toEqual(inputs);
    expect(new Set(body.jobs.map((job) => job.id)).size).toBe(4);

    const done = await eventually('all jobs of the request end', async () => {
      const found = (await api.call<Bulk>('GET', `/api/v2/classify/bulk/${body.id}`)).body;
      return found.open === 0 ? found : null;
    });
    expect(done).toMatchObject({ total: 4, completed: 4, failed: 0 });
    const types = await Promise.all(done.jobs.map(async ({ id }) => (await api.get(id)).result?.type));
    expect(types).toEqual(['invoice', 'contract', 'contract', 'invoice']);
  });

  test('sent again with its transaction_id answers with the jobs it first created, even all at once', async () => {
    const request = withRules({ file_inputs: [file, file], transaction_id: 'import 1' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => bulk(request)));
    const ids = new Set(answers.map(({ body }) => body.jobs.map((job) => job.id).join()));
    expect(ids.size).toBe(1);
    const again = await bulk({ transaction_id: 'import 1', file_inputs: 'not even valid' });
    expect(again.status).toBe(200);
    expect(again.body.jobs.map((job) => job.id).join()).toBe([...ids][0]);
  });

  test('creates nothing at all when one input is unknown', async () => {
    const before = await stats();
    const missing = 'dfl-00000000-0000-4000-8000-000000000000';
    const { status, body } = await bulk<Refusal>(
      withRules({ file_inputs: [file, missing, file], transaction_id: 'with a gap' }),
    );
    expect(status).toBe(400);
    expect(body.detail).toContain(`File ID ${missing} is not in Project ID`);
    expect((await stats()).total).toBe(before.total);
    expect((await bulk(withRules({ file_inputs: [file], transaction_id: 'with a gap' }))).body.total).toBe(1);
  });

  test('takes 1,000 inputs and no more', async () => {
    const client = await newProject('thousand');
    const input = (await client.upload()).id;
    const { status, body } = await bulk(withRules({ file_inputs: Array.from({ length: 1_000 }, () => input) }), client);
    expect(status).toBe(200);
    expect(body.total).toBe(1_000);
    expect((await stats(client)).total).toBe(1_000);
    const refused = await bulk<InvalidRequest>(
      withRules({ file_inputs: Array.from({ length: 1_001 }, () => input) }),
      client,
    );
    expect(refused.status).toBe(422);
    expect(refused.body.detail[0]).toMatchObject({ type: 'too_long', loc: ['body', 'file_inputs'] });
    // The others are not to wait for a thousand documents.
    const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
    database.exec('pragma busy_timeout = 10000');
    database
      .prepare("update classify_jobs set claimable_at = '9999' where claimable_at is not null and project_id = ?")
      .run((await client.upload()).project_id);
    database.close();
  });
});

describe('a rerun', () => {
  const rerun = <Body = ClassifyJob>(id: string, json: object = {}) =>
    api.call<Body>('POST', `/api/v2/classify/${id}/rerun`, { json });

  test('classifies the text of an earlier job by other rules, without reading the file again', async () => {
    const source = await api.upload(INVOICE);
    const earlier = await api.ended((await api.job(source.id)).id);
    const { status, body } = await rerun(earlier.id, { configuration: { rules: OTHER_RULES } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ document_input_type: 'parse_job_id', file_input: earlier.parse_job_id });
    const job = await api.ended(body.id);
    expect(job).toMatchObject({ status: 'COMPLETED', configuration: { rules: OTHER_RULES } });
    expect(job.parse_job_id).toBe(earlier.parse_job_id);
    expect(job.result?.type).not.toBe('invoice');
  });

  test('without a body uses the same rules, and gives the same answer', async () => {
    const earlier = await api.ended((await api.job(file)).id);
    const { status, body } = await api.call<ClassifyJob>('POST', `/api/v2/classify/${earlier.id}/rerun`);
    expect(status).toBe(200);
    expect(body.id).not.toBe(earlier.id);
    expect((await api.ended(body.id)).result).toEqual(earlier.result);
  });

  test('reads the file again when other pages are asked for', async () => {
    const earlier = await api.ended((await api.job(file)).id);
    const { body } = await rerun(earlier.id, {
      configuration: { rules: RULES, parsing_configuration: { target_pages: '1' } },
    });
    expect(body).toMatchObject({ document_input_type: 'file_id', file_input: file });
    expect((await api.ended(body.id)).status).toBe('COMPLETED');
  });

  test('is idempotent by transaction_id', async () => {
    const earlier = await api.ended((await api.job(file)).id);
    const [first, second] = [
      await rerun(earlier.id, { transaction_id: 'rerun 1' }),
      await rerun(earlier.id, { transaction_id: 'rerun 1' }),
    ];
    expect(second.body.id).toBe(first.body.id);
  });

  test('of a job whose document was deleted says so', async () => {
    const gone = await api.upload(`${INVOICE} to be deleted`);
    const earlier = await api.ended((await api.job(gone.id)).id);
    await api.call('DELETE', `/api/v1/beta/files/${gone.id}`);
    const { status, body } = await rerun<Refusal>(earlier.id);
    expect(status).toBe(400);
    expect(body.detail).toMatch(/has been deleted/);
  });
});

describe('the details of a job', () => {
  interface Details {
    type: string | null;
    engine: string;
    scores: { type: string; score: number }[];
    runner_up: { type: string; score: number } | null;
    evidence: { page: number; quote: string; start: number; end: number }[];
    milliseconds: { waiting: number; read: number; classify: number; total: number };
  }
  const details = <Body = Details>(id: string) => api.call<Body>('GET', `/api/v2/classify/${id}/details`);

  test('hold every score, the runner-up, quotes with their place, the engine and timings', async () => {
    const job = await api.ended((await api.job(file)).id);
    const { status, body } = await details(job.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ job_id: job.id, type: 'invoice', confidence: job.result!.confidence });
    expect(body.engine).toMatch(/\S/);
    expect(body.scores.map(({ type }) => type)).toEqual(['invoice', 'contract']);
    expect(body.runner_up).toEqual(body.scores[1]);
    const [evidence] = body.evidence;
    expect(evidence!.page).toBe(1);
    expect(INVOICE.slice(evidence!.start, evidence!.end).replace(/\s+/g, ' ')).toBe(evidence!.quote);
    const { waiting, read, classify, total } = body.milliseconds;
    expect(waiting + read + classify).toBe(Math.max(total, read + classify));
  });

  test('of a job without a result are not there', async () => {
    const broken = await api.ended((await api.job((await api.upload('%PDF-1.7 broken', 'x.pdf')).id)).id);
    const { status, body } = await details<Refusal>(broken.id);
    expect(status).toBe(404);
    expect(body.detail).toBe('Details not found. Check job status to see if it has completed.');
    expect((await details<Refusal>('clj-x')).body.detail).toBe('Classify job not found');
  });
});

describe('the counts of a project', () => {
  test('are exact by status and type, and know nothing of other projects', async () => {
    const client = await newProject('counted');
    expect(await stats(client)).toMatchObject({ total: 0, open: 0, by_type: [] });
    const invoice = (await client.upload()).id;
    const contract = (await client.upload(CONTRACT)).id;
    const cake = (await client.upload('Beat the eggs, add the flour and bake for forty minutes.\n')).id;
    const broken = (await client.upload('%PDF-1.7 broken', 'x.pdf')).id;
    const jobs = await Promise.all([invoice, invoice, contract, cake, broken].map((each) => client.job(each)));
    for (const { id } of jobs) await client.ended(id);
    const release = await holdReaders(server.process.pid!);
    try {
      const held = await client.job((await client.upload('held')).id);
      expect(await stats(client)).toMatchObject({ total: 6, open: 1 });
      await client.call('POST', `/api/v2/classify/${held.id}/cancel`);
    } finally {
      release();
    }
    expect(await stats(client)).toMatchObject({
      total: 6,
      open: 0,
      by_status: { PENDING: 0, RUNNING: 0, COMPLETED: 4, FAILED: 1, CANCELLED: 1 },
      by_type: [
        { type: 'invoice', jobs: 2 },
        { type: null, jobs: 1 },
        { type: 'contract', jobs: 1 },
      ],
      has_more_types: false,
    });
  });
});
