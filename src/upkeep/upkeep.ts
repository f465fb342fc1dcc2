import { setTimeout as sleep } from 'node:timers/promises';
import type { DiskBlobs } from '../blobs/disk.ts';
import { fromNow } from '../lib/clock.ts';
import type { Database } from '../store/database.ts';
import {
  deleteOldClassifyJobs,
  deleteOldEvents,
  deleteOldFiles,
  deleteOldGroups,
  deleteOldParses,
  listRetention,
  referencedBlobs,
} from '../store/retention.ts';
import { deleteOldDeliveries } from '../store/webhook-deliveries.ts';

const DAY_MS = 24 * 3600 * 1000;
const INTERVAL_MS = 3600 * 1000;
/** Rows of one transaction: milliseconds, for which others who write have to wait. */
const BATCH = 100;
/** Between two transactions, so that the work of an hour does not come all at once. */
const PAUSE_MS = 20;
/** How far back a stream of events can resume. */
const EVENT_DAYS = 7;
/** No upload or parse takes so long: bytes this old that no row refers to were left by a process that died. */
const ORPHAN_AGE_MS = DAY_MS;

export interface UpkeepDeps {
  db: Database;
  blobs: DiskBlobs;
  /** Days for which projects without a setting of their own keep what has ended; null = for ever. */
  retentionDays: number | null;
  /** How long deliveries of webhooks that have ended are kept. */
  webhookLogDays: number;
  log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Deletes what is old enough, and bytes that belong to nothing, now and every hour until it is stopped. */
export class Upkeep {
  readonly #deps: UpkeepDeps;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
    this.#done = this.#runUntilStopped();
  }

  /** Resolves when the batch under way is done. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #runUntilStopped(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#run();
      } catch (error) {
        this.#deps.log.error({ err: error }, 'upkeep failed; it is tried again within the hour');
      }
      await pause(INTERVAL_MS, signal);
    }
  }

  async #run(): Promise<void> {
    const { db, blobs, retentionDays, webhookLogDays, log } = this.#deps;
    for (const { projectId, days } of await listRetention(db, retentionDays)) {
      if (days === null) continue;
      const batch = { projectId, before: fromNow(-days * DAY_MS), limit: BATCH };
      const deleted = { jobs: 0, parses: 0, files: 0 };
      await this.#repeat(() => deleteOldGroups(db, batch));
      deleted.jobs = await this.#repeat(() => deleteOldClassifyJobs(db, batch));
      deleted.parses = await this.#repeat(async () => {
        const { jobs, blobKeys } = await deleteOldParses(db, batch);
        await this.#remove(blobKeys);
        return jobs;
      });
      deleted.files = await this.#repeat(async () => {
        const { files, blobKeys } = await deleteOldFiles(db, batch);
        await this.#remove(blobKeys);
        return files;
      });
      if (Object.values(deleted).some((count) => count > 0)) {
        log.info({ project_id: projectId, ...deleted }, 'deleted what is past retention');
      }
    }
    await this.#repeat(() => deleteOldEvents(db, { before: fromNow(-EVENT_DAYS * DAY_MS), limit: BATCH }));
    await this.#repeat(() => deleteOldDeliveries(db, { before: fromNow(-webhookLogDays * DAY_MS), limit: BATCH }));
    await blobs.removeLeftovers(ORPHAN_AGE_MS);
    await this.#removeOrphans();
  }

  /** Calls `deleteBatch` until there is nothing left for it. @returns how much it deleted in all. */
  async #repeat(deleteBatch: () => Promise<number>): Promise<number> {
    let total = 0;
    while (!this.#stop.signal.aborted) {
      const count = await deleteBatch();
      total += count;
      if (count < BATCH) break;
      await pause(PAUSE_MS, this.#stop.signal);
    }
    return total;
  }

  /** Rows go first, then bytes: a crash in between leaves orphans, never a row without its bytes. */
  async #remove(blobKeys: readonly string[]): Promise<number> {
    for (const key of blobKeys) await this.#deps.blobs.remove(key);
    return blobKeys.length;
  }

  async #removeOrphans(): Promise<void> {
    const { db, blobs, log } = this.#deps;
    let removed = 0;
    for await (const keys of blobs.listOlderThan(ORPHAN_AGE_MS, BATCH)) {
      if (this.#stop.signal.aborted) return;
      const known = await referencedBlobs(db, keys);
      removed += await this.#remove(keys.filter((key) => !known.has(key)));
      await pause(PAUSE_MS, this.#stop.signal);
    }
    if (removed > 0) log.info({ blobs: removed }, 'removed bytes that belonged to nothing');
  }
}

/** Ends early, not in an error, at the signal. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
