import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import autocannon from 'autocannon';
import { openTestDatabase } from '../test/support/database.ts';
import { API_KEY, startServer } from '../test/support/server.ts';
import { startBareServer } from './bare-server.ts';
import { percent, printTable } from './report.ts';

const SECONDS = 6;
const FIRST_CREATED = Date.parse('2026-01-01T00:00:00Z');
const CONNECTIONS = 10;
const AUTHORIZATION = { authorization: `Bearer ${API_KEY}` };

/** Pages of a walk that no cache can know: their tokens lead all over the table. */
const DIFFERENT_PAGES = 2_000;

/**
 * Requests/s of list and get against a Fastify route that returns the same bytes from memory, with few and with many
 * jobs in the table. Aim: at least 60 %, and the same for any number of jobs.
 */
export async function benchListAndGet(tableSizes: number[]): Promise<void> {
  const rows: string[][] = [];
  for (const jobs of tableSizes) {
    const dataDir = await seed(jobs);
    const server = await startServer({ PIGEONHOLE_DATA_DIR: dataDir, PIGEONHOLE_LOG_LEVEL: 'warn' });
    const list = `${server.url}/api/v2/classify`;
    const page = await fetch(list, { headers: AUTHORIZATION }).then((response) => response.text());
    const { items } = JSON.parse(page) as { items: { id: string }[] };
    const middle = items[items.length >> 1]!.id;
    const targets = [
      { name: 'list, 50 jobs', url: list },
      { name: 'list COMPLETED, 50 jobs', url: `${list}?status=COMPLETED` },
      { name: 'get', url: `${list}/${middle}` },
    ];
    for (const { name, url } of targets) {
      const body = await fetch(url, { headers: AUTHORIZATION }).then((response) => response.text());
      const bare = await startBareServer(body);
      // Turn about, twice, so that a slow moment of the machine hits both.
      const rates = { bare: 0, ours: 0 };
      for (let round = 0; round < 2; round++) {
        rates.bare += (await load(bare.url)) / 2;
        rates.ours += (await load(url)) / 2;
      }
      await bare.stop();
      const ratio = percent(rates.ours / rates.bare);
      rows.push([jobs.toLocaleString('en'), name, rates.ours.toFixed(0), rates.bare.toFixed(0), ratio]);
    }
    // Pages nobody has asked for before, to see what reading one costs.
    const bare = await startBareServer(page);
    const different = await load(list, differentPages(items.length, jobs));
    const ratio = percent(different / (await load(bare.url)));
    rows.push([jobs.toLocaleString('en'), 'list, another page each time', different.toFixed(0), '', ratio]);
    await bare.stop();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  printTable('(a) requests/s', ['jobs in table', 'request', 'Pigeonhole', 'bare Fastify', 'ratio'], rows);
}

async function load(url: string, paths?: string[]): Promise<number> {
  const result = await autocannon({
    url,
    headers: AUTHORIZATION,
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(paths && { requests: paths.map((path) => ({ path })) }),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} not 2xx, ${result.errors} errors`);
  return result.requests.average;
}

/** Paths of pages that begin at points spread over the whole table. */
function differentPages(pageSize: number, jobs: number): string[] {
  return Array.from({ length: DIFFERENT_PAGES }, (_, i) => {
    const newest = FIRST_CREATED + (pageSize + ((i * 7919) % (jobs - pageSize))) * 1000;
    return `/api/v2/classify?created_at_on_or_before=${new Date(newest).toISOString()}`;
  });
}

/** A data directory with that many finished jobs. */
async function seed(jobs: number): Promise<string> {
  const store = await openTestDatabase();
  const id = await store.addJob();
  const template = {
    ...(await store.job(id)),
    status: 'COMPLETED',
    parse_job_id: 'pjb-00000000-0000-4000-8000-000000000000',
    result: { type: 'invoice', confidence: 0.97, reasoning: 'Matches "invoice": page 1 shows "Invoice No. 4711".' },
  };
  template.configuration.rules = ['invoice', 'receipt', 'contract', 'letter'].map((type) => ({
    type,
    description: `A ${type} as people send it, with the things that a ${type} usually has and nothing that it has not`,
  }));
  await store.db.destroy();

  const database = new DatabaseSync(join(store.dataDir, 'pigeonhole.db'));
  database.exec('pragma synchronous = off; delete from classify_jobs; begin');
  const insert = database.prepare(
    `insert into classify_jobs (id, project_id, status, created_at, body, input_id, attempt)
     values (?, ?, 'COMPLETED', ?, ?, ?, 1)`,
  );
  for (let i = 0; i < jobs; i++) {
    const jobId = `clj-${crypto.randomUUID()}`;
    const created = `${new Date(FIRST_CREATED + i * 1000).toISOString().slice(0, -1)}000Z`;
    const body = JSON.stringify({ ...template, id: jobId, created_at: created, updated_at: created });
    insert.run(jobId, template.project_id, created, body, template.file_input);
  }
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  return store.dataDir;
}
