import { dispose, startServer } from '../test/support/server.ts';
import { createJob, getJob, sleep, upload } from './client.ts';
import { writeInvoices } from './documents.ts';
import { printTable, quantile } from './report.ts';

const JOBS = 200;
const WARM_UP = 5;
const POLL_MS = 2;

/** Milliseconds from sending create to seeing COMPLETED, one job at a time on an idle server. Aim: p99 below 500. */
export async function benchLatency(): Promise<void> {
  const paths = await writeInvoices(JOBS + WARM_UP);
  const server = await startServer({ PIGEONHOLE_LOG_LEVEL: 'warn' });
  const latencies: number[] = [];
  for (const [index, path] of paths.entries()) {
    const file = await upload(server.url, path);
    const began = performance.now();
    const { id } = await createJob(server.url, file);
    while ((await getJob(server.url, id)).status !== 'COMPLETED') await sleep(POLL_MS);
    if (index >= WARM_UP) latencies.push(performance.now() - began);
  }
  await dispose(server);
  const row = [0.5, 0.9, 0.99, 1].map((q) => quantile(latencies, q).toFixed(0));
  printTable('(c) milliseconds from create to COMPLETED, idle server', ['p50', 'p90', 'p99', 'max'], [row]);
}
