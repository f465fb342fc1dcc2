import type { DiskBlobs } from '../blobs/disk.ts';
import type { Database } from '../store/database.ts';
import { evictResults } from '../store/parse-results.ts';

/** How much may be added, as a share of the limit, before results are evicted again. */
const SLACK = 0.01;

export interface EvictionDeps {
  db: Database;
  blobs: DiskBlobs;
  maxBytes: number;
  onError(error: unknown): void;
}

/** Keeps the pages that were read within a limit of bytes; see `evictResults` for which go first. */
export class ResultEviction {
  readonly #deps: EvictionDeps;
  /** Stored since the last look; the first one is due at once, for nobody knows what earlier processes have left. */
  #added = Number.POSITIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: EvictionDeps) {
    this.#deps = deps;
  }

  /** Pages of that size have been stored. */
  stored(sizeBytes: number): void {
    this.#added += sizeBytes;
    if (this.#added < this.#deps.maxBytes * SLACK) return;
    this.#added = 0;
    this.#running = this.#running.then(() => this.#evict());
  }

  /** Resolves when what has been begun is done. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #evict(): Promise<void> {
    const { db, blobs, maxBytes, onError } = this.#deps;
    try {
      for (const key of await evictResults(db, maxBytes)) await blobs.remove(key);
    } catch (error) {
      onError(error);
    }
  }
}
