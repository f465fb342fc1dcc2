import { isTerminal } from '../domain/job.ts';
import { WeightedLru } from '../lib/weighted-lru.ts';
import { findClassifyJob } from './classify-jobs.ts';
import type { Database } from './database.ts';

const MAX_CHARACTERS = 16 * 1024 * 1024;
/** For how long a job that was deleted, by this process or another, may still be shown. */
const KEEP_MS = 5_000;

/**
 * Reads rendered jobs and remembers those that have ended: they never change again, so no other process can make what
 * is remembered wrong. All that can happen to them is that they are deleted, which is seen a few seconds later.
 */
export class FinishedJobs {
  readonly #db: Database;
  readonly #bodies = new WeightedLru<{ body: string; until: number }>(MAX_CHARACTERS);

  constructor(db: Database) {
    this.#db = db;
  }

  /** What is already known to have ended, without a look into the database. */
  recall(projectId: string, id: string): string | undefined {
    const known = this.#bodies.get(`${projectId}/${id}`);
    return known && known.until > performance.now() ? known.body : undefined;
  }

  /** The rendered job and whether it has ended, or null when the project has none with that id. */
  async read(projectId: string, id: string): Promise<{ body: string; ended: boolean } | null> {
    const found = await findClassifyJob(this.#db, projectId, id);
    if (!found) return null;
    const ended = isTerminal(found.status);
    if (ended) {
      const until = performance.now() + KEEP_MS;
      this.#bodies.set(`${projectId}/${id}`, { body: found.body, until }, found.body.length);
    }
    return { body: found.body, ended };
  }
}
