import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { serveThread } from '../../../lib/thread-pool.ts';
import { loadClassifier } from './load.ts';
import type { ThreadData } from './pool.ts';
import {
  type ClassifyReply,
  type ClassifyRequest,
  classifyHere,
  type EmbedRulesRequest,
  embedRulesHere,
} from './requests.ts';
import type { RuleVectors } from './rule-vectors.ts';

/** Below the HTTP thread's: on a machine with every core busy, requests are answered first. */
const NICENESS = 5;

await serveThread(async () => {
  const { classifier, close } = await loadClassifier(workerData as ThreadData);
  stepBack();
  return {
    handle: (request: ClassifyRequest | EmbedRulesRequest): Promise<ClassifyReply | RuleVectors[]> =>
      request.kind === 'classify' ? classifyHere(classifier, request) : embedRulesHere(classifier, request),
    close,
  };
});

/**
 * On Linux, 0 names the calling thread, not the process. Threads started from here inherit the niceness, and the pool of
 * libuv, which serves the whole process, starts with the first asynchronous read: so this comes after loading.
 */
function stepBack(): void {
  try {
    setPriority(0, NICENESS);
  } catch {
    // Some containers forbid it; the engine is only less polite then.
  }
}
