import { EventEmitter } from 'node:events';
import type { JobStatus } from '../domain/job.ts';
import type { Timestamp } from '../lib/clock.ts';
import type { Database } from './database.ts';

/** How long a change made by another process may go unnoticed. Those of this process are announced. */
const POLL_MS = 250;
/** Changes read at a time. */
const MAX_BATCH = 1_000;

/** One status one job has had. */
export interface JobEvent {
  /** Grows with every change; never used again. */
  sequence: number;
  jobId: string;
  status: JobStatus;
  createdAt: Timestamp;
}

/**
 * Tells listeners that jobs have changed, whichever process changed them: all of them share one look at the end of the
 * log of changes, which is taken only while there are listeners. What exactly has changed is for them to read.
 */
export class JobFeed {
  readonly #db: Database;
  readonly #listeners = new EventEmitter().setMaxListeners(0);
  #listening = 0;
  /** Sequence number up to which listeners have been told; null while there are none. */
  #position: number | null = null;
  #polling: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Calls `listener` after each change of that classify job that is committed from now on, until it is unsubscribed. */
  onJob(jobId: string, listener: () => void): Promise<() => void> {
    return this.#subscribe(`job ${jobId}`, listener);
  }

  /** The same for all classify jobs of a project. */
  onProject(projectId: string, listener: () => void): Promise<() => void> {
    return this.#subscribe(`project ${projectId}`, listener);
  }

  /** Something has been committed by this process: its listeners need not wait for the next look. */
  announce(): void {
    if (this.#listening > 0) this.#poll();
  }

  async #subscribe(topic: string, listener: () => void): Promise<() => void> {
    this.#listeners.on(topic, listener);
    this.#listening++;
    if (this.#position === null) {
      const { last } = await eventRange(this.#db);
      // Another subscriber may have been quicker.
      this.#position ??= last;
      this.#timer ??= setInterval(() => this.#poll(), POLL_MS);
    }
    return () => {
      this.#listeners.off(topic, listener);
      if (--this.#listening > 0) return;
      if (this.#timer) clearInterval(this.#timer);
      this.#timer = null;
      this.#position = null;
    };
  }

  /** One look after the other: a change that is announced during one is seen by the next. */
  #poll(): void {
    this.#polling = this.#polling
      .then(() => this.#look())
      .catch(() => {
        // The database may be busy or closing; the next look tells.
      });
  }

  async #look(): Promise<void> {
    while (this.#position !== null) {
      const rows = await this.#db
        .selectFrom('job_events')
        .select(['sequence', 'project_id', 'job_id', 'kind'])
        .where('sequence', '>', this.#position)
        .orderBy('sequence')
        .limit(MAX_BATCH)
        .execute();
      const topics = new Set<string>();
      for (const row of rows) {
        if (row.kind === 'classify') topics.add(`job ${row.job_id}`).add(`project ${row.project_id}`);
      }
      if (this.#position === null) return;
      this.#position = rows.at(-1)?.sequence ?? this.#position;
      for (const topic of topics) this.#listeners.emit(topic);
      if (rows.length < MAX_BATCH) return;
    }
  }
}

/** Sequence numbers of the oldest change that is still known (null = none is) and of the newest there has been. */
export async function eventRange(db: Database): Promise<{ first: number | null; last: number }> {
  const row = await db
    .selectFrom('job_events')
    .select((eb) => [eb.fn.min('sequence').as('first'), eb.fn.max('sequence').as('last')])
    .executeTakeFirstOrThrow();
  return { first: row.first, last: row.last ?? 0 };
}

/** Changes of a project's classify jobs after `sequence`, in order. */
export async function readEvents(
  db: Database,
  projectId: string,
  { after, limit }: { after: number; limit: number },
): Promise<JobEvent[]> {
  const rows = await db
    .selectFrom('job_events')
    .select(['sequence', 'job_id', 'status', 'created_at'])
    .where('project_id', '=', projectId)
    .where('kind', '=', 'classify')
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    jobId: row.job_id,
    status: row.status as JobStatus,
    createdAt: row.created_at,
  }));
}
