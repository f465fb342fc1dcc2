import { isTerminal } from '../domain/job.ts';
import { WeightedLru } from '../lib/weighted-lru.ts';
import { findClassifyJob } from './classify-jobs.ts';
import type { Database } from './database.ts';

const MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * Reads rendered jobs and remembers those that have ended: they never change again, so no other process can make what
 * is remembered wrong. Jobs are never deleted; should they be one day, this has to hear of it.
 */
export class FinishedJobs {
  readonly #db: Database;
  readonly #bodies = new WeightedLru<string>(MAX_CHARACTERS);

  constructor(db: Database) {
    this.#db = db;
  }

  /** What is already known to have ended, without a look into the database. */
  recall(projectId: string, id: string): string | undefined {
    return this.#bodies.get(`${projectId}/${id}`);
  }

  /** The rendered job and whether it has ended, or null when the project has none with that id. */
  async read(projectId: string, id: string): Promise<{ body: string; ended: boolean } | null> {
    const found = await findClassifyJob(this.#db, projectId, id);
    if (!found) return null;
    const ended = isTerminal(found.status);
    if (ended) this.#bodies.set(`${projectId}/${id}`, found.body, found.body.length);
    return { body: found.body, ended };
  }
}
