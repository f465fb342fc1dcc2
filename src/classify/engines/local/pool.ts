import { createThreadPool } from '../../../lib/thread-pool.ts';
import type { Engine } from '../../engine.ts';
import { classifyBy } from './remote.ts';
import type { ClassifyReply, ClassifyRequest, EmbedRulesRequest } from './requests.ts';
import type { RuleVectors } from './rule-vectors.ts';
import { languageDetector } from './text/detect-language.ts';
import { localEngineVersion } from './version.ts';
import { readWordVectors } from './word-vectors.ts';

export interface ThreadData {
  cacheDir: string;
  encoderThreads: number;
  wordVectors: SharedArrayBuffer;
}

/**
 * The offline engine: no network, no key, processor only. Works in threads of its own, which start with the first
 * document (or `warmUp`), because one document keeps a core busy for tens of milliseconds.
 *
 * @param options.threads documents at a time, at least 1. Each takes about 80 MB, beside 130 MB for all.
 * @param options.noneThreshold for calls that name none; default: when "none fits" is likelier than not.
 * @param options.cacheDir where the converted encoder (23 MB) and the compiled lexicon are kept; may be shared between processes, may be emptied.
 */
export function createLocalEngine(options: {
  threads: number;
  cacheDir: string;
  noneThreshold?: number | undefined;
}): Engine {
  const wordVectors = readWordVectors();
  // One thread of the runtime for each of ours: more of them only compete for the same cores.
  const workerData: ThreadData = { cacheDir: options.cacheDir, encoderThreads: 1, wordVectors };
  const threads = Math.max(1, options.threads);
  const pool = createThreadPool<ClassifyRequest | EmbedRulesRequest, ClassifyReply | RuleVectors[]>({
    script: new URL('./thread.ts', import.meta.url),
    workerData,
    threads,
  });
  const version = localEngineVersion(wordVectors);
  const remote = {
    classify: pool.run as (...parameters: Parameters<typeof pool.run>) => Promise<ClassifyReply>,
    embedRules: pool.run as (request: EmbedRulesRequest) => Promise<RuleVectors[]>,
  };
  return {
    version,
    classify: classifyBy(remote, { version, threads, noneThreshold: options.noneThreshold }),
    warmUp: async () => {
      await Promise.all([pool.warmUp(), languageDetector()]);
    },
    close: () => pool.close(),
  };
}
