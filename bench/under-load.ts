import { API_KEY, dispose, startServer } from '../test/support/server.ts';
import { allEnded, createJob, sleep, upload } from './client.ts';
import { writeInvoices } from './documents.ts';
import { printTable, quantile } from './report.ts';

const DOCUMENTS = 200;

/** Milliseconds of a list while eight jobs run at a time and more wait. Aim: p99 below 50. */
export async function benchListUnderLoad(): Promise<void> {
  const paths = await writeInvoices(DOCUMENTS);
  const server = await startServer({ PIGEONHOLE_WORKERS: '8', PIGEONHOLE_LOG_LEVEL: 'warn' });
  const files: string[] = [];
  for (const path of paths) files.push(await upload(server.url, path));
  for (const file of files) await createJob(server.url, file);
  const latencies: number[] = [];
  while (!(await allEnded(server.url))) {
    const began = performance.now();
    const response = await fetch(`${server.url}/api/v2/classify`, { headers: { authorization: `Bearer ${API_KEY}` } });
    await response.arrayBuffer();
    latencies.push(performance.now() - began);
    await sleep(5);
  }
  await dispose(server);
  const row = [String(latencies.length), ...[0.5, 0.99, 1].map((q) => quantile(latencies, q).toFixed(1))];
  printTable('(d) milliseconds of a list of 50 while 8 jobs run', ['lists', 'p50', 'p99', 'max'], [row]);
}
