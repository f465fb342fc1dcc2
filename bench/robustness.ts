import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../src/errors.ts';
import { listFiles } from '../src/lib/list-files.ts';
import { mapInOrder } from '../src/lib/map-in-order.ts';
import { createParser } from '../src/parse/pool.ts';
import { residentBytes } from '../src/parse/rss.ts';
import { bombs, corrupted, soundDocuments, trickDocuments, truncated } from '../test/parse/hostile.ts';
import { printTable } from './report.ts';

/**
 * Reads every file of folders, as the service would, and prints what came of them: counts by kind and outcome, the
 * largest memory of a reader process, processes that were left over. Nothing in the folders is changed.
 *
 * `node bench/robustness.ts [--seconds 20] [--megabytes 700] [--hostile] FOLDER…`; `--hostile` adds documents that are damaged or
 * made to do harm.
 *
 * Ends with exit code 1 when a file gave anything but a document or an error of the catalogue, a reader process outgrew
 * its limit by more than a tenth, or one was left over.
 */
const { folders, seconds, megabytes, hostile } = argumentsOf(process.argv.slice(2));

const READERS = 2;
/** The memory watchdog looks as often. */
const MEMORY_CHECK_INTERVAL_MS = 25;

const dataDir = await mkdtemp(join(tmpdir(), 'pigeonhole-robustness-'));
const living = new Set<number>();
const started: number[] = [];
let peakBytes = 0;
const parser = createParser({
  processes: READERS,
  timeoutMs: seconds * 1000,
  memoryBytes: megabytes * 1024 * 1024,
  dataDir,
  onEvent({ type, pid }) {
    if (pid === undefined) return;
    if (type === 'exited') living.delete(pid);
    else {
      living.add(pid);
      started.push(pid);
    }
  },
});
const watch = setInterval(() => {
  for (const pid of living) peakBytes = Math.max(peakBytes, residentBytes(pid) ?? 0);
}, MEMORY_CHECK_INTERVAL_MS);

interface Read {
  path: string;
  outcome: string;
  pages: number;
  milliseconds: number;
}

async function readOne(path: string): Promise<Read> {
  const begun = performance.now();
  const ended = (outcome: string, pages = 0) => ({ path, outcome, pages, milliseconds: performance.now() - begun });
  try {
    const document = await parser.parse({ path, name: path }, { lang: 'en', maxPages: null, targetPages: null });
    return ended('read', document.pages.length);
  } catch (error) {
    if (!(error instanceof AppError)) return ended(`UNEXPECTED ${error}`);
    if (['INTERNAL_ERROR', 'PARSER_CRASHED'].includes(error.code)) console.error(path, error.code, error.cause);
    return ended(error.code);
  }
}

const files: string[] = [];
for (const folder of folders) files.push(...(await listFiles(resolve(folder))));
if (hostile) files.push(...(await writeHostileDocuments(dataDir)));
const begun = performance.now();
const results: Read[] = [];
for await (const result of mapInOrder(files, READERS, readOne)) {
  results.push(result);
  if (results.length % 250 === 0) console.error(`${results.length} of ${files.length}`);
}
const wall = (performance.now() - begun) / 1000;
await parser.close();
clearInterval(watch);
await rm(dataDir, { recursive: true });
const leaked = started.filter((pid) => existsSync(`/proc/${pid}`)).length;

const outcomes = Object.entries(Object.groupBy(results, ({ outcome }) => outcome));
printTable(
  `${files.length} files in ${wall.toFixed(0)} s`,
  ['outcome', 'files', 'pages', 'slowest s'],
  outcomes
    .sort(([, a], [, b]) => b!.length - a!.length)
    .map(([outcome, reads]) => [
      outcome,
      String(reads!.length),
      String(reads!.reduce((sum, { pages }) => sum + pages, 0)),
      (Math.max(...reads!.map(({ milliseconds }) => milliseconds)) / 1000).toFixed(1),
    ]),
);
console.log(
  `\nlargest reader process ${Math.round(peakBytes / 1024 / 1024)} MB of ${megabytes} allowed; ` +
    `${started.length} processes started, ${leaked} left over`,
);
for (const outcome of ['TIMEOUT', 'DOCUMENT_TOO_LARGE', 'PARSER_CRASHED', 'INTERNAL_ERROR']) {
  for (const { path, outcome: of } of results) if (of === outcome) console.log(outcome, path);
}
const unexpected = results.some(({ outcome }) => outcome.startsWith('UNEXPECTED') || outcome === 'INTERNAL_ERROR');
process.exitCode = unexpected || leaked > 0 || peakBytes > megabytes * 1024 * 1024 * 1.1 ? 1 : 0;

/** Every sound document cut at every tenth and with bytes replaced in ten ways, the tricks and the bombs. */
async function writeHostileDocuments(parent: string): Promise<string[]> {
  const folder = join(parent, 'hostile');
  await mkdir(folder);
  const damaged = soundDocuments().flatMap((document) => [
    ...Array.from({ length: 9 }, (_, at) => truncated(document, at + 1)),
    ...Array.from({ length: 10 }, (_, seed) => corrupted(document, seed)),
  ]);
  const paths: string[] = [];
  for (const { name, bytes } of [...damaged, ...trickDocuments(), ...bombs()]) {
    paths.push(join(folder, name));
    await writeFile(paths.at(-1)!, bytes);
  }
  return paths;
}

function argumentsOf(given: string[]) {
  const numbers: Record<string, number> = { '--seconds': 20, '--megabytes': 700 };
  const folders: string[] = [];
  let hostile = false;
  for (let at = 0; at < given.length; at++) {
    const name = given[at]!;
    if (name === '--hostile') hostile = true;
    else if (name in numbers) numbers[name] = Number(given[++at]);
    else folders.push(name);
  }
  if ((folders.length === 0 && !hostile) || Object.values(numbers).some((number) => !(number > 0))) {
    throw new Error('usage: node bench/robustness.ts [--seconds 20] [--megabytes 700] [--hostile] FOLDER…');
  }
  return { folders, hostile, seconds: numbers['--seconds']!, megabytes: numbers['--megabytes']! };
}
