import { getPriority, setPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { serveThread } from '../../src/lib/thread-pool.ts';

/** A thread for the tests of the pool: does what the request says and echoes it. */
let counted = 0;

await serveThread<string, string>(async () => {
  if (workerData === 'fail to load') throw new Error('cannot load');
  if (workerData === 'load slowly') await setTimeout(20_000);
  if (workerData instanceof SharedArrayBuffer) await loadWatched(new Int32Array(workerData));
  return { handle: obey, close: async () => {} };
});

/** Counts in `[loading, loaded, loads that began beside the very first one]`. */
async function loadWatched(counts: Int32Array): Promise<void> {
  const others = Atomics.add(counts, 0, 1);
  if (others > 0 && Atomics.load(counts, 1) === 0) Atomics.add(counts, 2, 1);
  await setTimeout(100);
  Atomics.sub(counts, 0, 1);
  Atomics.add(counts, 1, 1);
}

async function obey(request: string): Promise<string> {
  const [verb, argument] = request.split(' ');
  if (verb === 'throw') throw new Error('as told');
  if (verb === 'exit') process.exit(3);
  if (verb === 'crash') setImmediate(() => crash());
  if (verb === 'crash') await setTimeout(10_000);
  if (verb === 'wait') await setTimeout(Number(argument));
  if (verb === 'count') return String(++counted);
  if (verb === 'step') {
    setPriority(0, 5);
    return String(getPriority(0));
  }
  return request;
}

function crash(): never {
  throw new Error('out of the blue');
}
