import type { ClassifyJob, ClassifyResult } from '../domain/job.ts';
import type { ParseJob } from '../domain/parse-job.ts';
import { fromNow, now, type Timestamp } from '../lib/clock.ts';
import type { Database } from '../store/database.ts';
import { type JobKind, recordChange } from '../store/job-changes.ts';
import { JOB_TABLES } from '../store/job-rows.ts';
import type { ResultKey } from '../store/parse-results.ts';

/** The right of one worker to run a job until `leaseMs` after it was last renewed. */
export interface Lease {
  kind: JobKind;
  jobId: string;
  /** Number of the lease of this job: a later one makes this one void (a fencing token). */
  attempt: number;
}

/** A job that was claimed. `inputId` is the document: `dfl-…`, `pjb-…`, or a URL that has not been fetched yet. */
export type ClaimedJob = ClaimedClassifyJob | ClaimedParseJob;

export interface ClaimedClassifyJob {
  kind: 'classify';
  lease: Lease;
  job: ClassifyJob;
  inputId: string;
}

export interface ClaimedParseJob {
  kind: 'parse';
  lease: Lease;
  job: ParseJob;
  inputId: string;
}

/** What a run that succeeded has found: of a classify job the answer, of a parse job which result it has. */
export type Success =
  | { kind: 'done'; parseJobId: string; result: ClassifyResult; details: unknown }
  | { kind: 'parsed'; name: string; resultKey: ResultKey };

/** How a run ended. */
export type Outcome =
  | Success
  | { kind: 'failed'; errorMessage: string }
  /** A fault that may pass: tried again after a growing delay, FAILED with the message once the attempts are used up. */
  | { kind: 'retry'; errorMessage: string }
  /** Given back unfinished, because this worker stops: free for others at once. */
  | { kind: 'released' };

export interface QueueSettings {
  /** How long a claimed job is safe from others without a heartbeat. */
  leaseMs: number;
  /** Leases after which a job that never settles is given up. */
  maxAttempts: number;
}

const FIRST_RETRY_DELAY_MS = 1_000;
const MAX_RETRY_DELAY_MS = 60_000;

/** The order in which kinds get their turns. */
const KINDS: readonly JobKind[] = ['classify', 'parse'];

/** What changes of a row when its job ends, beside its status. */
type End = { details: string | null } | { content_hash: string; cache_key: string } | Record<string, never>;

/**
 * The lease queue, over jobs of all kinds: the job row is the queue entry. A job is open while `claimable_at` is set; claiming it moves that
 * point to the end of the lease, so a worker that dies simply lets the job become claimable again.
 */
export class JobQueue {
  readonly #db: Database;
  readonly #settings: QueueSettings;
  /** Kind served last: the next claim takes the other one, if it has work. */
  #lastKind: JobKind = 'parse';
  /** Project served last, of each kind: the next claim takes the next project in turn that has work. */
  readonly #lastProjectId: Record<JobKind, string> = { classify: '', parse: '' };

  constructor(db: Database, settings: QueueSettings) {
    this.#db = db;
    this.#settings = settings;
  }

  /**
   * Takes the job that has waited longest in the next project in turn, of the kind in turn, so that one project's backlog,
   * however long, costs another project's job at most one turn, and documents to be read cost those to be classified no
   * more than every other one. Null = nothing can be claimed now.
   *
   * @param exceptProject leaves this project's jobs alone.
   */
  async claim({ exceptProject = null }: { exceptProject?: string | null } = {}): Promise<ClaimedJob | null> {
    for (;;) {
      const claimed = await this.#claimInTurn(exceptProject);
      if (!claimed || claimed.lease.attempt <= this.#settings.maxAttempts) return claimed;
      await this.settle(claimed.lease, {
        kind: 'failed',
        errorMessage: `ATTEMPTS_EXHAUSTED: The job was begun ${this.#settings.maxAttempts} times and never finished.`,
      });
    }
  }

  async #claimInTurn(exceptProject: string | null): Promise<ClaimedJob | null> {
    for (const kind of this.#lastKind === 'parse' ? KINDS : KINDS.toReversed()) {
      const row =
        (await this.#claimAfter(kind, this.#lastProjectId[kind], exceptProject)) ??
        (await this.#claimAfter(kind, '', exceptProject));
      if (!row) continue;
      this.#lastKind = kind;
      this.#lastProjectId[kind] = row.project_id;
      const lease = { kind, jobId: row.id, attempt: row.attempt };
      return { kind, lease, job: JSON.parse(row.body), inputId: row.input_id };
    }
    return null;
  }

  async #claimAfter(kind: JobKind, projectId: string, exceptProject: string | null) {
    return this.#db
      .updateTable(JOB_TABLES[kind])
      .set((eb) => ({ attempt: eb('attempt', '+', 1), claimable_at: fromNow(this.#settings.leaseMs) }))
      .where('id', '=', (eb) =>
        eb
          .selectFrom(JOB_TABLES[kind])
          .select('id')
          .where('claimable_at', '<=', now())
          .where('project_id', '>', projectId)
          .$if(exceptProject !== null, (query) => query.where('project_id', '!=', exceptProject!))
          .orderBy('project_id')
          .orderBy('claimable_at')
          .limit(1),
      )
      .returning(['id', 'project_id', 'attempt', 'body', 'input_id'])
      .executeTakeFirst();
  }

  /** Renews leases. Returns the jobs whose lease is gone: cancelled, or taken over after it had run out. */
  async heartbeat(leases: readonly Lease[]): Promise<string[]> {
    const lost: string[] = [];
    for (const lease of leases) {
      const renewed = await this.#postpone(lease, fromNow(this.#settings.leaseMs));
      if (!renewed) lost.push(lease.jobId);
    }
    return lost;
  }

  /** Makes it visible that the job runs. Returns false when the lease is gone. */
  async markRunning(lease: Lease): Promise<boolean> {
    return this.#rewrite(lease, (job) => ({ job: { ...job, status: 'RUNNING' } }));
  }

  /**
   * Ends a lease in one transaction. Returns false, and changes nothing, when the lease is gone: then whoever holds the
   * job now, or cancelled it, decides.
   */
  async settle(lease: Lease, outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'retry': {
        if (lease.attempt >= this.#settings.maxAttempts) return this.settle(lease, { ...outcome, kind: 'failed' });
        const delayMs = Math.min(MAX_RETRY_DELAY_MS, FIRST_RETRY_DELAY_MS * 2 ** (lease.attempt - 1));
        return this.#postpone(lease, fromNow(delayMs));
      }
      case 'released':
        return this.#postpone(lease, now());
      case 'failed':
        return this.#rewrite(lease, (job) => ({
          job: { ...job, status: 'FAILED', error_message: outcome.errorMessage },
          end: {},
        }));
      case 'done':
        return this.#rewrite(lease, (job) => ({
          job: { ...job, status: 'COMPLETED', parse_job_id: outcome.parseJobId, result: outcome.result },
          end: { details: JSON.stringify(outcome.details) },
        }));
      case 'parsed':
        return this.#rewrite(lease, (job) => ({
          job: { ...job, status: 'COMPLETED', name: outcome.name },
          end: { content_hash: outcome.resultKey.contentHash, cache_key: outcome.resultKey.cacheKey },
        }));
    }
  }

  /** Moves the point from which on others may claim a job whose lease is still held. */
  async #postpone(lease: Lease, claimableAt: Timestamp): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable(JOB_TABLES[lease.kind])
      .set({ claimable_at: claimableAt })
      .where('id', '=', lease.jobId)
      .where('attempt', '=', lease.attempt)
      .where('claimable_at', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Changes the job itself while its lease is held; with `end` it also leaves the queue. */
  async #rewrite(
    lease: Lease,
    change: (job: ClassifyJob | ParseJob) => { job: ClassifyJob | ParseJob; end?: End },
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom(JOB_TABLES[lease.kind])
        .select('body')
        .where('id', '=', lease.jobId)
        .where('attempt', '=', lease.attempt)
        .where('claimable_at', 'is not', null)
        .executeTakeFirst();
      if (!row) return false;
      const before: ClassifyJob | ParseJob = JSON.parse(row.body);
      const { job: changed, end } = change(before);
      const job = { ...changed, updated_at: now() };
      await transaction
        .updateTable(JOB_TABLES[lease.kind])
        .set({
          status: job.status,
          body: JSON.stringify(job),
          ...(end && { claimable_at: null, ...end }),
        })
        .where('id', '=', lease.jobId)
        .execute();
      await recordChange(transaction, { kind: lease.kind, job, before: before.status });
      return true;
    });
  }
}
