import type { ParsedDocument, ReadOptions } from '../domain/document.ts';
import { AppError } from '../errors.ts';
import type { DocumentSource, Parser } from './parser.ts';
import { ReaderProcess, type ReaderSettings } from './reader-process.ts';
import { parserVersion } from './version.ts';

/** Documents a process reads before it is replaced: bounds what a leak in a library can add up to. */
const DOCUMENTS_PER_PROCESS = 500;

/** A process that keeps more than this share of its memory limit after a document is replaced: the next one needs room. */
const KEPT_MEMORY_SHARE = 0.5;

export const PARSER_DEFAULTS = {
  maxWaiting: 1_000,
  spareProcesses: 0,
  maxPages: 10_000,
  maxOutputBytes: 32 * 1024 * 1024,
} as const;

export interface ParserSettings extends Pick<ReaderSettings, 'timeoutMs' | 'memoryBytes' | 'dataDir'> {
  /** Documents read at the same time, each in a process of its own. */
  processes: number;
  /** More processes than that, each for as long as documents wait. Default 0. */
  spareProcesses?: number;
  /** Documents that may wait for a process; one more is refused (PARSER_BUSY). Default 1,000. */
  maxWaiting?: number;
  /** Default 10,000. See `ReadLimits`. */
  maxPages?: number;
  /** Default 32 MiB. See `ReadLimits`. */
  maxOutputBytes?: number;
  /** Told of what an operator may want to know: processes started, replaced and killed. */
  onEvent?: (event: ParserEvent) => void;
}

export type ParserEvent = { type: 'started' | 'exited'; pid: number | undefined; documents: number };

type PoolSettings = Required<Omit<ParserSettings, 'onEvent'>> & Pick<ParserSettings, 'onEvent'> & ReaderSettings;

interface Waiter {
  resolve(reader: ReaderProcess): void;
  reject(reason: unknown): void;
}

/**
 * A parser whose documents are read in at most `processes` child processes (and `spareProcesses` for a while), started
 * when first needed, reused, and replaced when they die or have grown. A call waits while all of them are busy, first
 * come first served; the deadline begins when a process has taken the document.
 */
export function createParser(settings: ParserSettings): Parser {
  return new ReaderPool({ ...PARSER_DEFAULTS, ...settings });
}

class ReaderPool implements Parser {
  readonly version: string;
  readonly #settings: PoolSettings;
  /** Every process that has not exited: starting, idle, reading or dying. Never more than `processes` and the spare ones. */
  readonly #readers = new Set<ReaderProcess>();
  readonly #idle: ReaderProcess[] = [];
  readonly #waiters: Waiter[] = [];
  #closed = false;

  constructor(settings: PoolSettings) {
    this.version = parserVersion(settings);
    this.#settings = settings;
  }

  async parse(source: DocumentSource, options: ReadOptions & { signal?: AbortSignal }): Promise<ParsedDocument> {
    const { signal, lang, maxPages, targetPages } = options;
    const reader = await this.#acquire(signal);
    try {
      const { path, name } = source;
      return await reader.read({ source: { path, name }, options: { lang, maxPages, targetPages } }, signal);
    } finally {
      this.#release(reader);
    }
  }

  async warmUp(): Promise<void> {
    while (this.#readers.size < this.#settings.processes && !this.#closed) this.#start();
    await Promise.all([...this.#readers].map((reader) => reader.ready));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closed());
    const readers = [...this.#readers];
    for (const reader of readers) reader.kill();
    await Promise.all(readers.map((reader) => reader.exited));
  }

  async #acquire(signal: AbortSignal | undefined): Promise<ReaderProcess> {
    signal?.throwIfAborted();
    if (this.#closed) throw closed();
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const { processes, spareProcesses, maxWaiting } = this.#settings;
    if (this.#waiters.length >= maxWaiting) {
      throw new AppError('PARSER_BUSY', 'Too many documents are waiting to be read.');
    }
    if (this.#readers.size < processes + spareProcesses) this.#start();

    const { promise, resolve, reject } = Promise.withResolvers<ReaderProcess>();
    const waiter = { resolve, reject };
    this.#waiters.push(waiter);
    const onAbort = () => {
      const at = this.#waiters.indexOf(waiter);
      if (at >= 0) this.#waiters.splice(at, 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #release(reader: ReaderProcess): void {
    if (!reader.alive) return;
    const grown = reader.residentBytes > this.#settings.memoryBytes * KEPT_MEMORY_SHARE;
    const isSpare = this.#readers.size > this.#settings.processes && this.#waiters.length === 0;
    if (grown || isSpare || reader.documents >= DOCUMENTS_PER_PROCESS) reader.kill();
    else this.#offer(reader);
  }

  #offer(reader: ReaderProcess): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#idle.push(reader);
    else waiter.resolve(reader);
  }

  #start(): void {
    const reader = new ReaderProcess(this.#settings);
    this.#readers.add(reader);
    this.#settings.onEvent?.({ type: 'started', pid: reader.pid, documents: 0 });
    let wasReady = false;
    const onReady = () => {
      wasReady = true;
      this.#offer(reader);
    };
    // A start that failed fails one document, so that a broken installation is an error and not an endless loop.
    reader.ready.then(onReady, (error: unknown) => this.#waiters.shift()?.reject(error));
    void reader.exited.then(() => {
      this.#readers.delete(reader);
      const at = this.#idle.indexOf(reader);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#settings.onEvent?.({ type: 'exited', pid: reader.pid, documents: reader.documents });
      const isMissing = wasReady && this.#readers.size < this.#settings.processes;
      if (!this.#closed && (isMissing || this.#waiters.length > 0)) this.#start();
    });
  }
}

function closed(): AppError {
  return new AppError('PARSER_CRASHED', 'The service stopped before the document was read.');
}
