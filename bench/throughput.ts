import { readFile } from 'node:fs/promises';
import { LiteParse } from '@llamaindex/liteparse';
import { givenDocument, givenRules } from '../src/classify/engines/local/given.ts';
import { loadClassifier } from '../src/classify/engines/local/load.ts';
import { CACHE_DIR, dispose, startServer } from '../test/support/server.ts';
import { allEnded, createJob, getJob, sleep, upload } from './client.ts';
import { RULES, writeInvoices } from './documents.ts';
import { percent, printTable } from './report.ts';

const DOCUMENTS = 300;
const WARM_UP = 20;

/**
 * Jobs/s end to end, from the first create to the last completion, for one-page text PDFs, against parsing and
 * classifying the same documents in a plain loop in one process. Aim: at least 80 %.
 */
export async function benchThroughput(): Promise<void> {
  const paths = await writeInvoices(DOCUMENTS + WARM_UP);
  const loop = await plainLoop(paths);
  const rows = [['plain loop, one process', loop.toFixed(1), percent(1)]];
  for (const workers of [1, 2, 3]) {
    const rate = await throughServer(paths, workers);
    rows.push([`server, PIGEONHOLE_WORKERS=${workers}`, rate.toFixed(1), percent(rate / loop)]);
  }
  printTable('(b) jobs/s, one-page text PDFs', ['how', 'jobs/s', 'ratio'], rows);
}

async function plainLoop(paths: string[]): Promise<number> {
  const { classifier, close } = await loadClassifier({ cacheDir: CACHE_DIR, encoderThreads: 1 });
  let began = 0;
  for (const [index, path] of paths.entries()) {
    if (index === WARM_UP) began = performance.now();
    const parser = new LiteParse({ ocrEnabled: false, outputFormat: 'text', quiet: true, numWorkers: 1 });
    const { pages } = await parser.parse(await readFile(path));
    await classifier.classify(
      await givenDocument(pages.map((page) => ({ number: page.pageNum, text: page.text }))),
      await givenRules(RULES),
    );
  }
  const seconds = (performance.now() - began) / 1000;
  await close();
  return DOCUMENTS / seconds;
}

async function throughServer(paths: string[], workers: number): Promise<number> {
  const server = await startServer({ PIGEONHOLE_WORKERS: String(workers), PIGEONHOLE_LOG_LEVEL: 'warn' });
  const files: string[] = [];
  for (const path of paths) files.push(await upload(server.url, path));
  for (const file of files.slice(0, WARM_UP)) await createJob(server.url, file);
  while (!(await allEnded(server.url))) await sleep(20);

  const began = performance.now();
  const jobs: string[] = [];
  for (const file of files.slice(WARM_UP)) jobs.push((await createJob(server.url, file)).id);
  while (!(await allEnded(server.url))) await sleep(20);
  const seconds = (performance.now() - began) / 1000;

  for (const id of jobs) {
    const { status, error_message } = await getJob(server.url, id);
    if (status !== 'COMPLETED') throw new Error(`a job is ${status}: ${error_message}`);
  }
  await dispose(server);
  return DOCUMENTS / seconds;
}
