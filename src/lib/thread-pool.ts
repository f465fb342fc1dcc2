import { type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';

/** Runs requests in a bounded number of threads, one request a thread at a time, in the order they come. */
export interface ThreadPool<Request, Reply> {
  /**
   * @throws AppError `INTERNAL_ERROR` (retryable) when the thread fails, dies or the pool is closed; the abort reason when
   *   `signal` aborts: a waiting request is dropped, the result of a running one is ignored.
   */
  run(request: Request, options?: { signal?: AbortSignal | undefined }): Promise<Reply>;
  /** Starts all threads and waits until they are ready. */
  warmUp(): Promise<void>;
  /**
   * Rejects waiting requests, lets running ones finish and resolves when the last thread has ended. Does not wait for
   * threads that are still loading: what was given to them is waiting too.
   */
  close(): Promise<void>;
}

type ToThread<Request> = { kind: 'run'; request: Request } | { kind: 'close' };
type FromThread<Reply> =
  | { kind: 'started' }
  | { kind: 'ready' }
  | { kind: 'done'; reply: Reply }
  | { kind: 'failed'; error: unknown };

interface Waiting<Request, Reply> {
  request: Request;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

interface Thread<Request, Reply> {
  worker: Worker;
  /** starting: it does not hear what it is told yet; loading: it does; ready: it works. */
  state: 'starting' | 'loading' | 'ready';
  job: Waiting<Request, Reply> | null;
  ready: Promise<void>;
  ended: Promise<void>;
}

/** V8's own choice is sixteen times as much: 30 MB more in two threads, and no faster. */
const YOUNG_GENERATION_MB = 3;

/**
 * @param options.script module that calls `serveThread`.
 * @param options.threads at most this many; they start when there is work for them and stay. The first one loads alone: what it
 *   prepares for all of them, such as files in a cache, is there when the others load.
 */
export function createThreadPool<Request, Reply>(options: {
  script: URL;
  workerData: unknown;
  threads: number;
}): ThreadPool<Request, Reply> {
  const threads = new Set<Thread<Request, Reply>>();
  const waiting: Waiting<Request, Reply>[] = [];
  let closed = false;
  let hasLoadedOnce = false;

  function startThread(): Thread<Request, Reply> {
    const worker = new Worker(options.script, {
      workerData: options.workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    rest(worker);
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    ready.promise.catch(() => {}); // Nobody need wait for it.
    const thread: Thread<Request, Reply> = {
      worker,
      state: 'starting',
      job: null,
      ready: ready.promise,
      ended: ended.promise,
    };
    let failure: unknown;
    worker.on('message', (message: FromThread<Reply>) => {
      if (message.kind === 'started') {
        thread.state = 'loading';
        return;
      }
      if (message.kind === 'ready') {
        thread.state = 'ready';
        hasLoadedOnce = true;
        ready.resolve();
        return assign();
      }
      const job = thread.job;
      thread.job = null;
      rest(worker);
      if (message.kind === 'done') job?.resolve(message.reply);
      else job?.reject(threadError('The engine failed.', message.error));
      assign();
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', (code) => {
      threads.delete(thread);
      const error = closed
        ? threadError('The engine is closed.', failure)
        : threadError('The engine stopped unexpectedly.', failure ?? new Error(`thread exited with ${code}`));
      thread.job?.reject(error);
      thread.job = null;
      ready.reject(error);
      ended.resolve();
      assign();
    });
    threads.add(thread);
    return thread;
  }

  /** An idle thread must not keep a process alive that has nothing else to do; one that is to end, until it has. */
  function rest(worker: Worker): void {
    if (!closed) worker.unref();
  }

  /** How many threads there may be now. */
  function allowed(): number {
    return hasLoadedOnce ? options.threads : 1;
  }

  function assign(): void {
    while (waiting.length > 0) {
      const idle = [...threads].find(({ job }) => job === null);
      const thread = idle ?? (threads.size < allowed() ? startThread() : null);
      if (thread === null) return;
      thread.job = waiting.shift()!;
      thread.worker.ref();
      post(thread.worker, { kind: 'run', request: thread.job.request });
    }
  }

  return {
    run(request, { signal } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (closed) return Promise.reject(threadError('The engine is closed.'));
      const entry: Waiting<Request, Reply> = { request, resolve, reject };
      const abort = () => {
        const place = waiting.indexOf(entry);
        if (place !== -1) waiting.splice(place, 1);
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      waiting.push(entry);
      assign();
      return promise.finally(() => signal?.removeEventListener('abort', abort));
    },
    async warmUp() {
      for (const count of [1, options.threads]) {
        if (closed) throw threadError('The engine is closed.');
        while (threads.size < count) startThread();
        await Promise.all(
          [...threads].map(({ ready, worker }) => {
            worker.ref();
            return ready.finally(() => rest(worker));
          }),
        );
      }
    },
    async close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(threadError('The engine is closed.'));
      for (const thread of threads) {
        thread.worker.ref();
        if (thread.state !== 'ready') {
          thread.job?.reject(threadError('The engine is closed.'));
          thread.job = null;
        }
        // The thread reads its messages in order, so a running request is finished first.
        if (thread.state === 'starting') void thread.worker.terminate();
        else post(thread.worker, { kind: 'close' });
      }
      await Promise.all([...threads].map(({ ended }) => ended));
    },
  };

  function post(worker: Worker, message: ToThread<Request>): void {
    worker.postMessage(message);
  }
}

/**
 * The thread's side. `load` makes the handler; when it rejects, the thread dies with that error. `close` of what it
 * returns runs before the thread ends.
 */
export async function serveThread<Request, Reply>(
  load: () => Promise<{ handle(request: Request): Promise<Reply>; close(): Promise<void> }>,
): Promise<void> {
  const port = parentPort as MessagePort;
  const reply = (message: FromThread<Reply>) => port.postMessage(message);
  reply({ kind: 'started' });
  const loading = load();
  let isLoading = true;
  let work: Promise<unknown> = loading;
  port.on('message', (message: ToThread<Request>) => {
    // Nobody waits for what is still being loaded, and a stop must not.
    if (message.kind === 'close' && isLoading) process.exit();
    work = work.then(() => serve(message));
  });
  const server = await loading;
  isLoading = false;
  reply({ kind: 'ready' });

  async function serve(message: ToThread<Request>): Promise<void> {
    if (message.kind === 'close') {
      await server.close();
      port.close();
      return;
    }
    try {
      reply({ kind: 'done', reply: await server.handle(message.request) });
    } catch (error) {
      reply({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
}

function threadError(message: string, cause?: unknown): AppError {
  return new AppError('INTERNAL_ERROR', message, { retryable: true, cause });
}
