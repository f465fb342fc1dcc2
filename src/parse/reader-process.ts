import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ParsedDocument } from '../domain/document.ts';
import { AppError } from '../errors.ts';
import { processLimits } from './process-limits.ts';
import type { ReaderMessage, ReaderSetup, ReadRequest } from './protocol.ts';
import type { ReadLimits } from './read-document.ts';
import { residentBytes } from './rss.ts';

const MAIN = fileURLToPath(new URL('./reader-main.ts', import.meta.url));

/** A bomb grows by about 50 MB in this time, so it is caught that much over the limit. */
const MEMORY_CHECK_INTERVAL_MS = 25;

/** A start takes 0.2 s; this is for a machine that is swapping. */
const START_TIMEOUT_MS = 60_000;

/** Of what a dying process wrote to stderr, this much goes into the log. */
const STDERR_TAIL_CHARACTERS = 4000;

/** What V8, Rust and C++ say before they abort for want of memory. */
const REFUSED_MEMORY = /out of memory|memory allocation|bad_alloc/i;

export interface ReaderSettings extends ReadLimits {
  /** A document may take this long before the process reading it is killed (TIMEOUT). */
  timeoutMs: number;
  /** A reader process may have this much memory resident before it is killed (DOCUMENT_TOO_LARGE). */
  memoryBytes: number;
}

interface Reading {
  resolve(document: ParsedDocument): void;
  reject(reason: unknown): void;
}

/** One child process that reads documents, one at a time. Once it has died it stays dead. */
export class ReaderProcess {
  /** Resolves when it can read; rejects with PARSER_CRASHED when it died before. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone, for whatever reason. Never rejects. */
  readonly exited: Promise<void>;
  /** Documents it has read or failed to read. */
  documents = 0;
  alive = true;

  readonly #settings: ReaderSettings;
  readonly #child: ChildProcess;
  #reading: Reading | null = null;
  #peakBytes = 0;
  #stderr = '';

  constructor(settings: ReaderSettings) {
    this.#settings = settings;
    const { dataDir, maxPages, maxOutputBytes, memoryBytes } = settings;
    const setup: ReaderSetup = { parentPid: process.pid, dataDir, maxPages, maxOutputBytes };
    this.#child = fork(MAIN, [JSON.stringify(setup)], {
      // Nothing of the service's environment: keys and passwords are there. Time zone, so dates read the same anywhere.
      env: { TZ: 'UTC' },
      ...processLimits(memoryBytes, [`--max-old-space-size=${Math.ceil(memoryBytes / 1024 / 1024)}`]),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_TAIL_CHARACTERS);
    });

    const started = Promise.withResolvers<void>();
    const startTimer = setTimeout(() => this.kill(), START_TIMEOUT_MS);
    this.ready = started.promise;
    // A start that nobody waits for may fail too.
    this.ready.catch(() => {});
    this.#child.on('message', (message: ReaderMessage) => {
      if ('ready' in message) {
        clearTimeout(startTimer);
        started.resolve();
      } else if ('document' in message) this.#reading?.resolve(message.document);
      else {
        const { code, message: text, retryable, cause } = message.fault;
        this.#reading?.reject(new AppError(code, text, { retryable, ...(cause === null ? {} : { cause }) }));
      }
    });

    const exited = Promise.withResolvers<void>();
    this.exited = exited.promise;
    const onGone = (how: string) => {
      clearTimeout(startTimer);
      this.alive = false;
      const crash = this.#crash(how);
      started.reject(crash);
      this.#reading?.reject(crash);
      exited.resolve();
    };
    this.#child.once('exit', (code, signal) => onGone(signal ?? `exit code ${code}`));
    // The process could not be started, or a message could not be sent to it.
    this.#child.on('error', (error) => {
      this.kill();
      if (this.#child.pid === undefined) onGone(error.message);
    });
  }

  /** Its process id, for those who watch it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Memory resident now, in bytes; 0 where the system does not tell. */
  get residentBytes(): number {
    return this.pid === undefined ? 0 : (residentBytes(this.pid) ?? 0);
  }

  /**
   * Reads a document. Call it when `ready`, and not again before it has settled.
   *
   * @throws AppError: what the reader said, or TIMEOUT, DOCUMENT_TOO_LARGE, PARSER_CRASHED; the abort reason. After
   *   these the process is being killed.
   */
  async read(request: ReadRequest, signal?: AbortSignal): Promise<ParsedDocument> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<ParsedDocument>();
    const killWith = (reason: unknown) => {
      reject(reason);
      this.kill();
    };
    const { timeoutMs, memoryBytes } = this.#settings;
    const deadline = setTimeout(() => {
      killWith(new AppError('TIMEOUT', `Reading the document took longer than ${timeoutMs / 1000} seconds.`));
    }, timeoutMs);
    const memoryCheck = setInterval(() => {
      const bytes = this.residentBytes;
      this.#peakBytes = Math.max(this.#peakBytes, bytes);
      if (bytes > memoryBytes) killWith(this.#tooLarge());
    }, MEMORY_CHECK_INTERVAL_MS);
    const onAbort = () => killWith(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });

    this.#reading = { resolve, reject };
    this.#peakBytes = 0;
    this.documents++;
    try {
      // It died while it was idle and the message of its death is still on the way.
      if (this.#child.connected) this.#child.send(request);
      else reject(this.#crash('disconnected'));
      return await promise;
    } finally {
      this.#reading = null;
      clearTimeout(deadline);
      clearInterval(memoryCheck);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the process whatever it is doing. A document being read fails with PARSER_CRASHED. */
  kill(): void {
    this.alive = false;
    this.#child.kill('SIGKILL');
  }

  #tooLarge(): AppError {
    const megabytes = Math.round(this.#settings.memoryBytes / 1024 / 1024);
    return new AppError('DOCUMENT_TOO_LARGE', `Reading the document took more than ${megabytes} MB of memory.`);
  }

  #crash(how: string): AppError {
    // V8 aborts at its heap limit, which is the same number as ours and is sometimes reached between two checks; native
    // code aborts when the system gives it no more.
    const wasLarge = this.#peakBytes > this.#settings.memoryBytes * 0.8 || REFUSED_MEMORY.test(this.#stderr);
    if (how === 'SIGABRT' && wasLarge) return this.#tooLarge();
    return new AppError('PARSER_CRASHED', 'The process that was reading the document died.', {
      cause: `${how}\n${this.#stderr}`.trim(),
    });
  }
}
