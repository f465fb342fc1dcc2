import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { Api, blobs, type FileBody, INVOICE, RULES } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const DAY_MS = 24 * 3600 * 1000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().replace('Z', '000Z');

let server: TestServer;
let api: Api;

/** What a project has after two months of use: each thing once old, once new. */
interface World {
  old: { file: FileBody; job: ClassifyJob };
  recent: { file: FileBody; job: ClassifyJob };
  /** Created long ago and ended yesterday. */
  late: ClassifyJob;
  /** Open for two months, with a file and a parse that are as old. */
  open: { file: FileBody; job: ClassifyJob; parseJob: ClassifyJob; parseId: string };
  v1: { oldId: string; openId: string };
}

let world: World;
let strangerKey: string;
let strangerJob: ClassifyJob;

function database<Result>(use: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const bulk = async (fileIds: string[]) =>
  (await api.call<{ id: string }>('POST', '/api/v1/classifier/jobs', { json: { file_ids: fileIds, rules: RULES } }))
    .body.id;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  const classified = async (text: string) => {
    const file = await api.upload(text);
    return { file, job: await api.ended((await api.job(file.id)).id) };
  };
  const old = await classified(`${INVOICE}old`);
  const recent = await classified(`${INVOICE}recent`);
  const late = await api.ended((await api.job(recent.file.id)).id);
  const needed = await classified(`${INVOICE}needed`);
  const parseId = (await classified(`${INVOICE}parsed`)).job.parse_job_id!;
  const oldId = await bulk([old.file.id, recent.file.id]);
  const openId = await bulk([recent.file.id, recent.file.id]);
  for (const { id } of (await api.list('?page_size=100')).body.items) await api.ended(id);
  const open = await api.job(needed.file.id);
  const openParse = await api.job(parseId);

  const { stdout } = await runCli(['keys', 'create', '--project', 'for ever'], { PIGEONHOLE_DATA_DIR: server.dataDir });
  strangerKey = stdout.trim();
  const stranger = new Api(server.url, strangerKey);
  strangerJob = await stranger.ended((await stranger.job((await stranger.upload()).id)).id);
  world = {
    old,
    recent,
    late,
    open: { file: needed.file, job: open, parseJob: openParse, parseId },
    v1: { oldId, openId },
  };
  await server.stop();

  database((db) => {
    const age = (table: string, days: number, where: string, ...values: string[]) => {
      const at = daysAgo(days);
      const updated = table.endsWith('_jobs')
        ? `body = json_set(body, '$.created_at', '${at}', '$.updated_at', '${at}')`
        : `updated_at = '${at}'`;
      db.prepare(`update ${table} set created_at = '${at}', ${updated} where ${where}`).run(...values);
    };
    // Everything is two months old…
    for (const table of ['files', 'parse_jobs', 'classify_jobs', 'job_groups']) age(table, 60, '1 = 1');
    db.exec(`update job_events set created_at = '${daysAgo(60)}'`);
    // …but what is recent.
    age('files', 1, 'id = ?', recent.file.id);
    age('parse_jobs', 1, 'id = ?', recent.job.parse_job_id!);
    age('classify_jobs', 1, 'id = ?', recent.job.id);
    db.prepare(`update classify_jobs set body = json_set(body, '$.updated_at', ?) where id = ?`).run(
      daysAgo(1),
      late.id,
    );
    // Open jobs that no worker will take while the test looks.
    for (const { id } of [open, openParse]) {
      db.prepare(
        `update classify_jobs set claimable_at = '9999', status = 'PENDING',
         body = json_set(body, '$.status', 'PENDING', '$.result', null) where id = ?`,
      ).run(id);
    }
    db.prepare(`update job_groups set completed = completed - 1 where id = ?`).run(openId);
    db.prepare(`update projects set settings = '{"retention_days": 365}' where name = 'for ever'`).run();
    db.exec('delete from job_counts');
    db.exec(`insert into job_counts select project_id, 'classify', status, count(*) from classify_jobs group by 1, 3`);
    db.exec('delete from type_counts');
    db.exec(
      `insert into type_counts select project_id, body ->> '$.result.type', count(*) from classify_jobs
       where status = 'COMPLETED' group by 1, 2`,
    );
  });
  // Bytes of uploads and parses whose process died before it wrote the row.
  for (const [name, days] of [
    ['files/orphan', 2],
    ['files/under-way', 0],
    ['parses/orphan', 2],
  ] as const) {
    const path = join(server.dataDir, 'blobs', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, 'bytes');
    const at = new Date(Date.now() - days * DAY_MS);
    await utimes(path, at, at);
  }
  server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_DATA_DIR: server.dataDir,
    PIGEONHOLE_RETENTION_DAYS: '30',
  });
  api = new Api(server.url);
  await eventually(
    'the first upkeep is over',
    async () => !(await blobs(server.dataDir)).includes('files/orphan') || null,
  );
}, 60_000);
afterAll(() => dispose(server));

const status = async (path: string, client = api) => (await client.call('GET', path)).status;

test('what ended, or was uploaded, longer ago than the retention is gone, with its bytes and its text', async () => {
  expect(await status(`/api/v2/classify/${world.old.job.id}`)).toBe(404);
  expect(await status(`/api/v1/beta/files/${world.old.file.id}`)).toBe(404);
  expect(await status(`/api/v1/classifier/jobs/${world.v1.oldId}`)).toBe(404);
  const kept = await blobs(server.dataDir);
  expect(kept.some((key) => key.includes(world.old.file.id))).toBe(false);
  const keys = database((db) =>
    db.prepare('select blob_key from files union select blob_key from parse_results').all(),
  ) as { blob_key: string }[];
  expect(kept.filter((key) => key !== 'files/under-way')).toEqual(keys.map((row) => row.blob_key).sort());
});

test('what is younger is kept, and a job counts from its end', async () => {
  expect(await status(`/api/v2/classify/${world.recent.job.id}`)).toBe(200);
  expect(await status(`/api/v2/classify/${world.late.id}`)).toBe(200);
  expect(await status(`/api/v1/beta/files/${world.recent.file.id}`)).toBe(200);
});

test('what an open job needs is kept: its file, its parse, and its fellows in a v1 job', async () => {
  const { file, job, parseJob, parseId } = world.open;
  expect(await status(`/api/v1/beta/files/${file.id}`)).toBe(200);
  for (const id of [job.id, parseJob.id]) expect(await status(`/api/v2/classify/${id}`)).toBe(200);
  const { body } = await api.create({ file_input: parseId, configuration: { rules: RULES } });
  expect(await api.ended(body.id)).toMatchObject({ status: 'COMPLETED', result: { type: 'invoice' } });
  expect(await status(`/api/v1/classifier/jobs/${world.v1.openId}`)).toBe(200);
  const children = database(
    (db) =>
      db.prepare('select count(*) as jobs from classify_jobs where group_id = ?').get(world.v1.openId) as {
        jobs: number;
      },
  );
  expect(children.jobs).toBe(2);
});

test('a project with a retention of its own keeps things for that long', async () => {
  const stranger = new Api(server.url, strangerKey);
  expect(await status(`/api/v2/classify/${strangerJob.id}`, stranger)).toBe(200);
  expect(await status(`/api/v1/beta/files/${strangerJob.file_input}`, stranger)).toBe(200);
});

test('counts are those of the jobs that are left', async () => {
  const { body } = await api.call<{ total: number; by_status: Record<string, number>; by_type: { jobs: number }[] }>(
    'GET',
    '/api/v2/classify/stats',
  );
  const jobs = await api.walk<ClassifyJob>('/api/v2/classify', 'page_size=100');
  expect(body.total).toBe(jobs.length);
  for (const [name, count] of Object.entries(body.by_status)) {
    expect(jobs.filter((job) => job.status === name).length, name).toBe(count);
  }
  expect(body.by_type.reduce((sum, each) => sum + each.jobs, 0)).toBe(body.by_status.COMPLETED);
});

test('the log of changes is cut, and streams that would begin before the cut say so', async () => {
  const stop = new AbortController();
  const response = await fetch(`${server.url}/api/v2/classify/events`, {
    headers: { authorization: `Bearer ${strangerKey}`, 'last-event-id': '1' },
    signal: stop.signal,
  });
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('event: missed')) {
    const { value, done } = await chunks.read();
    if (done) break;
    text += value;
  }
  stop.abort();
  expect(text).toContain('event: missed');
});

test('bytes that no row refers to are removed once no upload could still be under way', async () => {
  const kept = await blobs(server.dataDir);
  expect(kept).toContain('files/under-way');
  expect(kept).not.toContain('files/orphan');
  await eventually(
    'orphans of parses are gone',
    async () => !(await blobs(server.dataDir)).includes('parses/orphan') || null,
  );
});
