import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Parser } from '../src/parse/parser.ts';
import { createParser } from '../src/parse/pool.ts';
import { residentBytes } from '../src/parse/rss.ts';
import { printTable, quantile } from './report.ts';

const ROUNDS = 30;
const OPTIONS = { lang: 'en', maxPages: null, targetPages: null };

const documentPath = (name: string) => fileURLToPath(new URL(`../test/documents/${name}`, import.meta.url));

/**
 * What the service adds to reading a document: pages a second against the bare library in this process and against
 * poppler's pdftotext (where it is installed), milliseconds for each document, a cold start, memory, OCR.
 */
export async function benchParse(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pigeonhole-bench-'));
  const pids = new Set<number>();
  const parser = createParser({
    processes: 1,
    timeoutMs: 60_000,
    memoryBytes: 700 * 1024 * 1024,
    dataDir,
    onEvent: ({ pid }) => pid !== undefined && pids.add(pid),
  });
  try {
    const cold = await milliseconds(() => read(parser, 'invoice.pdf'));
    await comparePdf(parser);
    await compareFormats(parser);
    await compareOcr(parser);
    const [pid] = pids;
    const megabytes = Math.round((residentBytes(pid ?? 0) ?? 0) / 1024 / 1024);
    console.log(
      `\ncold start with the first document ${cold.toFixed(0)} ms; the process has ${megabytes} MB after all of these`,
    );
  } finally {
    await parser.close();
    await rm(dataDir, { recursive: true });
  }
}

async function comparePdf(parser: Parser): Promise<void> {
  const { LiteParse } = await import('@llamaindex/liteparse');
  const bare = new LiteParse({ ocrEnabled: false, quiet: true, numWorkers: 1, outputFormat: 'text' });
  const rows: string[][] = [];
  for (const [name, pages] of [['invoice.pdf', 1] as const, ['report.pdf', 40] as const]) {
    const bytes = await readFile(documentPath(name));
    const ours = await median(() => read(parser, name));
    const library = await median(() => bare.parse(bytes));
    const pdftotext = await median(() => run('pdftotext', [documentPath(name), '-'])).catch(() => null);
    const rate = (duration: number | null) => (duration === null ? '–' : ((1000 * pages) / duration).toFixed(0));
    rows.push([name, rate(ours), rate(library), rate(pdftotext), (ours - library).toFixed(1)]);
  }
  printTable(
    `PDF, pages/s, median of ${ROUNDS}`,
    ['document', 'in a reader process', 'bare library', 'pdftotext', 'isolation adds ms/document'],
    rows,
  );
}

async function compareFormats(parser: Parser): Promise<void> {
  const rows: string[][] = [];
  for (const name of ['contract.docx', 'contract.doc', 'expenses.xlsx']) {
    rows.push([name, (await median(() => read(parser, name))).toFixed(1)]);
  }
  printTable('Office, ms a document, warm', ['document', 'ms'], rows);
}

async function compareOcr(parser: Parser): Promise<void> {
  const rows: string[][] = [];
  for (const name of ['scan.png', 'scan.pdf']) {
    rows.push([name, ((await median(() => read(parser, name), 5)) / 1000).toFixed(2)]);
  }
  printTable('OCR, s a page', ['document', 's'], rows);
}

const read = (parser: Parser, name: string) => parser.parse({ path: documentPath(name), name }, OPTIONS);

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The first run is not counted. */
async function median(work: () => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  await work();
  const durations: number[] = [];
  for (let round = 0; round < rounds; round++) durations.push(await milliseconds(work));
  return quantile(durations, 0.5);
}

/** @throws when the program is missing or fails. */
async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}
