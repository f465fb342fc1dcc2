import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { API_KEY, eventually, startServer, type TestServer } from '../support/server.ts';

const KILLS = 20;
const CLIENTS = 4;
const RULES = [
  { type: 'invoice', description: 'has an invoice number, line items and a total amount due' },
  { type: 'contract', description: 'an agreement between parties with terms and signatures' },
];
const AUTHORIZATION = { authorization: `Bearer ${API_KEY}` };

/** Small and reproducible: the moments of the kills differ between runs anyway. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function upload(url: string, text: string): Promise<string> {
  const form = new FormData();
  form.set('purpose', 'classify');
  form.set('file', new Blob([text]), 'document.txt');
  const response = await fetch(`${url}/api/v1/beta/files`, { method: 'POST', headers: AUTHORIZATION, body: form });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function create(url: string, fileId: string, transactionId: string): Promise<string> {
  const response = await fetch(`${url}/api/v2/classify`, {
    method: 'POST',
    headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify({ file_input: fileId, transaction_id: transactionId, configuration: { rules: RULES } }),
  });
  if (response.status !== 200) throw new Error(`create answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as ClassifyJob).id;
}

async function allJobs(url: string): Promise<ClassifyJob[]> {
  const jobs: ClassifyJob[] = [];
  let token: string | null = '';
  while (token !== null) {
    const response = await fetch(`${url}/api/v2/classify?page_size=100&page_token=${token}`, {
      headers: AUTHORIZATION,
    });
    const page = (await response.json()) as { items: ClassifyJob[]; next_page_token: string | null };
    jobs.push(...page.items);
    token = page.next_page_token;
  }
  return jobs;
}

test(`every acknowledged job survives ${KILLS} kill -9 of the server under load and finishes`, {
  timeout: 180_000,
}, async () => {
  const random = randomNumbers(7);
  let server: TestServer = await startServer();
  const { dataDir } = server;
  const files = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      upload(server.url, `INVOICE No. ${i}\nWidget 2 x 5.00\nTotal due 10.00 EUR\n`),
    ),
  );

  // Each client creates jobs one after another; after a crash it sends the same request again, as an SDK would.
  const acknowledged = new Map<string, string>();
  let stopped = false;
  const client = async (name: number) => {
    for (let i = 0; !stopped; i++) {
      const transactionId = `client-${name}-${i}`;
      for (let sent = false; !sent && !stopped; ) {
        try {
          const id = await create(server.url, files[(name * 7 + i) % files.length]!, transactionId);
          acknowledged.set(transactionId, id);
          sent = true;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));

  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 100 + random() * 900));
    await server.kill();
    server = await startServer({ PIGEONHOLE_DATA_DIR: dataDir });
  }
  stopped = true;
  await Promise.all(clients);

  expect(acknowledged.size).toBeGreaterThan(KILLS);
  const jobs = await eventually(
    'all jobs have ended',
    async () => {
      const found = await allJobs(server.url);
      return found.every((job) => job.status === 'COMPLETED' || job.status === 'FAILED') ? found : null;
    },
    { timeoutMs: 90_000, everyMs: 500 },
  );
  const byId = new Map(jobs.map((job) => [job.id, job]));
  expect(new Set(jobs.map((job) => job.transaction_id)).size).toBe(jobs.length);
  const lost = [...acknowledged.values()].filter((id) => !byId.has(id));
  expect(lost).toEqual([]);
  expect(jobs.filter((job) => job.status !== 'COMPLETED').map((job) => job.error_message)).toEqual([]);
  expect(jobs.every((job) => job.result?.type === 'invoice')).toBe(true);
  // Whatever was cut off where, what was counted is what is there.
  const stats = await fetch(`${server.url}/api/v2/classify/stats`, { headers: AUTHORIZATION });
  expect(await stats.json()).toMatchObject({
    total: jobs.length,
    open: 0,
    by_status: { PENDING: 0, RUNNING: 0, COMPLETED: jobs.length, FAILED: 0, CANCELLED: 0 },
    by_type: [{ type: 'invoice', jobs: jobs.length }],
  });
  console.log(`${acknowledged.size} jobs acknowledged over ${KILLS} kills, ${jobs.length} in the table, 0 lost`);

  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});
