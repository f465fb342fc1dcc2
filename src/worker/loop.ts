import { AppError } from '../errors.ts';
import type { ClaimedJob, Lease, Outcome, Success } from '../queue/queue.ts';

/** What a worker needs: functions over a queue, and what to do with a job. */
export interface WorkerDeps {
  /** @param exceptProject project whose jobs are not to be claimed. */
  claim(which: { exceptProject: string | null }): Promise<ClaimedJob | null>;
  /** Does the work; `signal` aborts when the job was cancelled or its lease lost. */
  run(job: ClaimedJob, signal: AbortSignal): Promise<Success>;
  settle(lease: Lease, outcome: Outcome): Promise<boolean>;
  /** Returns the ids of the jobs whose lease is gone. */
  heartbeat(leases: readonly Lease[]): Promise<string[]>;
  markRunning(lease: Lease): Promise<boolean>;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface WorkerSettings {
  /** Jobs at a time; one more when all of them are of one project and another project has work. */
  concurrency: number;
  leaseMs: number;
  /** How long a job runs before others see that it does. */
  reportRunningAfterMs: number;
  /** Longest wait for a job that nobody announced: one of another process, or one whose back-off or lease has ended. */
  pollMs: number;
}

/** The extra place is offered at most this often, so that one busy project does not pay for looking. */
const OTHERS_LOOK_INTERVAL_MS = 100;

interface RunningJob {
  lease: Lease;
  projectId: string;
  stop: AbortController;
  finished: Promise<void>;
}

/** Aborts a run without it having failed: the job is no longer this worker's. */
class LeaseLost extends Error {}
/** Aborts a run because the worker stops. */
class WorkerStops extends Error {}

/** Takes jobs while there are any and it has room, until it is stopped. */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #settings: WorkerSettings;
  readonly #running = new Map<string, RunningJob>();
  readonly #loop: Promise<void>;
  readonly #heartbeat: NodeJS.Timeout;
  #stopping = false;
  /** When the extra place was last offered to other projects, by `performance.now()`. */
  #othersLookedAt = Number.NEGATIVE_INFINITY;
  /** Ends the current wait; a wake-up between two waits is kept in `#woken`. */
  #endWait: () => void = () => {};
  #woken = false;

  constructor(deps: WorkerDeps, settings: WorkerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#heartbeat = setInterval(() => void this.#renewLeases(), settings.leaseMs / 3);
    this.#loop = this.#claimUntilStopped();
  }

  /** There may be a job to claim. */
  wake(): void {
    this.#woken = true;
    this.#endWait();
  }

  /** A job was cancelled: if it runs here, it stops at once. */
  cancel(jobId: string): void {
    this.#running.get(jobId)?.stop.abort(new LeaseLost('cancelled'));
  }

  /** Claims nothing more, lets running jobs finish for `graceMs`, then gives back what is left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#loop;
    const giveUp = setTimeout(() => {
      for (const job of this.#running.values()) job.stop.abort(new WorkerStops('the worker stops'));
    }, graceMs);
    await Promise.all([...this.#running.values()].map((job) => job.finished));
    clearTimeout(giveUp);
    clearInterval(this.#heartbeat);
  }

  async #claimUntilStopped(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      const room = this.#room();
      const claimed = room === null ? null : await this.#claim(room);
      if (claimed) this.#start(claimed);
      else await this.#wait();
    }
  }

  /**
   * Whose job may be claimed now; null = nobody's. When one project has all places, there is one more for the others:
   * however slow its documents are, theirs do not wait for them.
   */
  #room(): { exceptProject: string | null } | null {
    if (this.#running.size < this.#settings.concurrency) return { exceptProject: null };
    const [projectId, ...others] = new Set([...this.#running.values()].map((job) => job.projectId));
    if (this.#running.size > this.#settings.concurrency || projectId === undefined || others.length > 0) return null;
    if (performance.now() - this.#othersLookedAt < OTHERS_LOOK_INTERVAL_MS) return null;
    this.#othersLookedAt = performance.now();
    return { exceptProject: projectId };
  }

  async #claim(room: { exceptProject: string | null }): Promise<ClaimedJob | null> {
    try {
      return await this.#deps.claim(room);
    } catch (error) {
      this.#deps.log.error({ err: error }, 'cannot claim jobs');
      return null;
    }
  }

  #wait(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#settings.pollMs);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #start(claimed: ClaimedJob): void {
    const stop = new AbortController();
    const job: RunningJob = {
      lease: claimed.lease,
      projectId: claimed.job.project_id,
      stop,
      finished: Promise.resolve(),
    };
    this.#running.set(claimed.lease.jobId, job);
    job.finished = this.#runAndSettle(claimed, stop.signal).finally(() => {
      // A job that was claimed again here after its lease ran out has its own entry by now.
      if (this.#running.get(claimed.lease.jobId) === job) this.#running.delete(claimed.lease.jobId);
      this.wake();
    });
  }

  async #runAndSettle(claimed: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { lease } = claimed;
    const { log } = this.#deps;
    const fields = { job_id: lease.jobId, project_id: claimed.job.project_id, attempt: lease.attempt };
    const began = performance.now();
    const report = setTimeout(() => {
      this.#deps
        .markRunning(lease)
        .catch((error) => log.error({ ...fields, err: error }, 'cannot report a running job'));
    }, this.#settings.reportRunningAfterMs);
    try {
      const outcome = await this.#outcomeOf(claimed, signal, fields);
      clearTimeout(report);
      if (outcome === null) return;
      const settled = await this.#deps.settle(lease, outcome);
      const milliseconds = Math.round(performance.now() - began);
      if (settled) log.info({ ...fields, outcome: outcome.kind, milliseconds }, 'job settled');
      else log.warn({ ...fields, outcome: outcome.kind, milliseconds }, 'job was no longer ours to settle');
    } catch (error) {
      // The result could not be written. The lease runs out and the job is done again.
      log.error({ ...fields, err: error }, 'cannot settle a job');
    } finally {
      clearTimeout(report);
    }
  }

  /** Null = the job is no longer ours, so there is nothing to settle. */
  async #outcomeOf(claimed: ClaimedJob, signal: AbortSignal, fields: object): Promise<Outcome | null> {
    try {
      return await this.#deps.run(claimed, signal);
    } catch (error) {
      if (signal.reason instanceof LeaseLost) return null;
      if (signal.reason instanceof WorkerStops) return { kind: 'released' };
      if (error instanceof AppError) {
        this.#deps.log.warn({ ...fields, code: error.code, err: error.cause }, 'job failed');
        const errorMessage = `${error.code}: ${error.message}`;
        return { kind: error.retryable ? 'retry' : 'failed', errorMessage };
      }
      this.#deps.log.error({ ...fields, err: error }, 'job failed unexpectedly');
      return { kind: 'retry', errorMessage: 'INTERNAL_ERROR: The server failed while it worked on this job.' };
    }
  }

  async #renewLeases(): Promise<void> {
    try {
      const lost = await this.#deps.heartbeat([...this.#running.values()].map((job) => job.lease));
      for (const jobId of lost) this.#running.get(jobId)?.stop.abort(new LeaseLost('the lease is gone'));
    } catch (error) {
      this.#deps.log.error({ err: error }, 'cannot renew leases');
    }
  }
}
