import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, Option } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import type { PageText } from '../domain/document.ts';
import type { ClassifyConfiguration } from '../domain/rules.ts';
import { AppError } from '../errors.ts';
import { mapInOrder } from '../lib/map-in-order.ts';
import { openPipeline } from '../main.ts';

const MAX_CONCURRENCY = 1_024;

/** On Ctrl-C the terminal ends the reading processes too, and the news of it may come before our own signal. */
const SIGNAL_DELAY_MS = 100;

/** What to classify: a file, or text that needs no reading. */
export type Source = { path: string } | { text: string };

type Pipeline = ReturnType<typeof openPipeline>;

/** What came of one of the documents. */
export interface Result<Document, Answer> {
  document: Document;
  outcome: Outcome<Answer>;
  /** Version of the engine that answered. */
  engine: string;
}

/** What came of a document. `error` is `CODE: sentence`. */
export type Outcome<Answer> = { answer: Answer; error?: never } | { answer?: never; error: string };

export interface Batch<Document, Answer> {
  documents: AsyncIterable<Document> | Iterable<Document>;
  /** How many `documents` will come. */
  size: number;
  /** How to read them. */
  parsing: ClassifyConfiguration['parsing_configuration'];
  /** What is wanted of each document; pass `signal` on to the engine. */
  ask(document: Document, pages: PageText[], engine: Pipeline['engine']): Promise<Answer>;
  /** Documents at a time; default: the setting PIGEONHOLE_WORKERS, by default the number of processors. */
  concurrency: number | undefined;
  /** May a progress bar be drawn on standard error, if that is a terminal? */
  showProgress: boolean;
  /** Keep the text of documents in the cache folder for the next time? */
  keepsReadings?: boolean;
  signal: AbortSignal;
}

/**
 * Reads documents without a server, asks about them and yields what came of it, in their order, while it works on the
 * next ones. No more than a few documents are in memory at a time. The processes it starts are gone when the generator ends, also
 * when it is left early or `signal` aborts, whose reason it then throws.
 */
export async function* askAll<Document extends { source: Source }, Answer>(
  batch: Batch<Document, Answer>,
): AsyncGenerator<Result<Document, Answer>, void, void> {
  const { documents, size, parsing, signal } = batch;
  const config = loadConfig();
  const concurrency = Math.min(batch.concurrency ?? config.workers, size);
  const progress = startProgress(size, batch.showProgress);
  const { parser, engine } = openPipeline(
    { ...config, workers: concurrency },
    { keepsReadings: batch.keepsReadings ?? false },
  );
  try {
    const work = async (document: Document) => {
      const ask = (pages: PageText[]) => batch.ask(document, pages, engine);
      const outcome = await askAbout(document.source, ask, { parser, parsing, config, signal });
      progress.step(outcome);
      return { document, outcome, engine: engine.version };
    };
    yield* mapInOrder(documents, concurrency, work);
  } finally {
    progress.stop();
    await Promise.all([parser.close(), engine.close()]);
  }
}

interface Context {
  parser: Pipeline['parser'];
  parsing: ClassifyConfiguration['parsing_configuration'];
  config: Config;
  signal: AbortSignal;
}

async function askAbout<Answer>(
  source: Source,
  ask: (pages: PageText[]) => Promise<Answer>,
  context: Context,
): Promise<Outcome<Answer>> {
  const { signal } = context;
  try {
    return { answer: await ask('text' in source ? pageOf(source.text) : await readPages(source.path, context)) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'PARSER_CRASHED') await sleep(SIGNAL_DELAY_MS);
    signal.throwIfAborted();
    return { error: describeFault(error, context.config) };
  }
}

async function readPages(path: string, { parser, parsing, signal }: Context): Promise<PageText[]> {
  const { pages } = await parser.parse(
    { path: resolve(path), name: basename(path) },
    {
      lang: parsing?.lang ?? 'en',
      maxPages: parsing?.max_pages ?? null,
      targetPages: parsing?.target_pages ?? null,
      signal,
    },
  );
  return pages;
}

function pageOf(text: string): PageText[] {
  if (text.trim() === '') throw new AppError('NO_DATA_FOUND_IN_FILE', 'The document holds no text.');
  return [{ number: 1, text }];
}

/** One document that hits a fault of ours must not end the work on thousands of others. */
function describeFault(error: unknown, { logLevel }: Config): string {
  if (logLevel === 'debug' || logLevel === 'trace') console.error(error);
  // The parser takes it for a file that was there before; the writer of a manifest may never have had it.
  if (error instanceof AppError && error.code === 'FILE_NOT_FOUND') return 'FILE_NOT_FOUND: There is no such file.';
  if (error instanceof AppError) return `${error.code}: ${error.message}`;
  return 'INTERNAL_ERROR: This is a fault of Pigeonhole, not of the document. PIGEONHOLE_LOG_LEVEL=debug shows it.';
}

function startProgress(total: number, wanted: boolean): { step(outcome: Outcome<unknown>): void; stop(): void } {
  if (!wanted || !process.stderr.isTTY) return { step() {}, stop() {} };
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {value} of {total} documents, {failed} failed  {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  let failed = 0;
  bar.start(total, 0, { failed });
  return {
    step(outcome) {
      if (outcome.error !== undefined) failed++;
      bar.increment({ failed });
    },
    stop: () => bar.stop(),
  };
}

/** The option `--concurrency` of every command that classifies. */
export function concurrencyOption(): Option {
  return new Option(
    '--concurrency <number>',
    'documents to work on at a time (default: PIGEONHOLE_WORKERS, else the number of processors)',
  ).argParser((text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < 1 || number > MAX_CONCURRENCY) {
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_CONCURRENCY}.`);
    }
    return number;
  });
}
