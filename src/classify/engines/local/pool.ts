import { createThreadPool } from '../../../lib/thread-pool.ts';
import type { Engine } from '../../engine.ts';
import { type ClassifyReply, type ClassifyRequest, classifyBy, type EmbedRulesRequest } from './requests.ts';
import type { RuleVectors } from './rule-vectors.ts';
import { localEngineVersion } from './version.ts';

export interface ThreadData {
  cacheDir: string;
  encoderThreads: number;
}

/**
 * The offline engine: no network, no key, processor only. Works in threads of its own, which start with the first
 * document (or `warmUp`), because one document keeps a core busy for tens of milliseconds.
 *
 * @param options.threads documents at a time, at least 1. Each takes about 220 MB.
 * @param options.noneThreshold for calls that name none; default: when "none fits" is likelier than not.
 * @param options.cacheDir where the converted encoder (23 MB) is kept; may be shared between processes, may be emptied.
 */
export function createLocalEngine(options: {
  threads: number;
  cacheDir: string;
  noneThreshold?: number | undefined;
}): Engine {
  // One thread of the runtime for each of ours: more of them only compete for the same cores.
  const workerData: ThreadData = { cacheDir: options.cacheDir, encoderThreads: 1 };
  const threads = Math.max(1, options.threads);
  const pool = createThreadPool<ClassifyRequest | EmbedRulesRequest, ClassifyReply | RuleVectors[]>({
    script: new URL('./thread.ts', import.meta.url),
    workerData,
    threads,
  });
  const version = localEngineVersion();
  const remote = {
    classify: pool.run as (...parameters: Parameters<typeof pool.run>) => Promise<ClassifyReply>,
    embedRules: pool.run as (request: EmbedRulesRequest) => Promise<RuleVectors[]>,
  };
  return {
    version,
    classify: classifyBy(remote, { version, threads, noneThreshold: options.noneThreshold }),
    warmUp: () => pool.warmUp(),
    close: () => pool.close(),
  };
}
