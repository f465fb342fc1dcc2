import type { EventMessage } from '../domain/webhook.ts';
import type { DeliveryAttempt } from '../domain/webhook-delivery.ts';
import { Bell } from '../lib/bell.ts';
import { now } from '../lib/clock.ts';

/** A delivery this process may send now. */
export interface Delivery {
  id: string;
  lane: string;
  event: EventMessage;
  attempts: DeliveryAttempt[];
}

export type Outcome =
  | { kind: 'delivered' | 'failed'; attempts: DeliveryAttempt[] }
  | { kind: 'retry'; attempts: DeliveryAttempt[]; waitMs: number }
  | { kind: 'released' };

/** What the deliverer needs: functions over a queue that has lanes, and how to send. */
export interface DelivererDeps<Claimed extends Delivery> {
  /** Lanes with something to send, and when the first of it is due. */
  lanes(): Promise<{ lane: string; claimableAt: string }[]>;
  claim(lane: string, limit: number): Promise<Claimed[]>;
  /** One attempt; `signal` aborts when this process stops. */
  send(delivery: Claimed, signal: AbortSignal): Promise<DeliveryAttempt>;
  /** False = somebody else holds the delivery by now. */
  settle(delivery: Claimed, outcome: Outcome): Promise<boolean>;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface DelivererSettings {
  /** Deliveries at a time in this process. */
  concurrency: number;
  /** Waits before the second attempt, the third and so on; after the last one a delivery has failed. */
  retryWaitsMs: readonly number[];
}

/** Deliveries at a time to one origin for one project. */
const MAX_PER_LANE = 4;
/** Longest time until a delivery that another process wrote, or left behind, is noticed. */
const POLL_MS = 1_000;
/** Jobs may end much more often than it is worth looking; what is announced meanwhile is found by the next look. */
const MIN_PAUSE_MS = 20;

/**
 * Sends what is due, in lanes: one for each project and origin. Lanes take turns, and one whose last attempt failed is
 * tried with a single delivery at a time, so that receivers that are down or slow take room from nobody else.
 */
export class Deliverer<Claimed extends Delivery> {
  readonly #deps: DelivererDeps<Claimed>;
  readonly #settings: DelivererSettings;
  readonly #bell = new Bell();
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #runningIn = new Map<string, number>();
  /** Lanes whose last attempt failed. */
  readonly #failing = new Set<string>();
  readonly #loop: Promise<void>;
  /** The lane that was served last: the next look begins behind it. */
  #lastLane = '';

  constructor(deps: DelivererDeps<Claimed>, settings: DelivererSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#loop = this.#lookUntilStopped();
  }

  /** There may be something to send. */
  wake(): void {
    this.#bell.ring();
  }

  /** Claims nothing more, lets attempts end for `graceMs`, then gives back what is left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const giveUp = setTimeout(() => this.#aborting.abort(), graceMs);
    await Promise.all(this.#running);
    clearTimeout(giveUp);
  }

  async #lookUntilStopped(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const began = performance.now();
      const waitMs = await this.#look().catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'cannot look for webhook deliveries');
        return POLL_MS;
      });
      const pauseMs = began + MIN_PAUSE_MS - performance.now();
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await this.#bell.wait(waitMs, signal);
    }
  }

  /** Starts what is due and has room. Returns how long nothing else will be due. */
  async #look(): Promise<number> {
    const lanes = await this.#deps.lanes();
    this.#forgetLanes(new Set(lanes.map(({ lane }) => lane)));
    const turn = lanes.findIndex(({ lane }) => lane > this.#lastLane);
    const inTurn = turn === -1 ? lanes : [...lanes.slice(turn), ...lanes.slice(0, turn)];
    let waitMs = POLL_MS;
    for (const { lane, claimableAt } of inTurn) {
      const dueInMs = Date.parse(claimableAt) - Date.now();
      // A lane without room is looked at again when one of its deliveries ends.
      if (dueInMs > 0) waitMs = Math.min(waitMs, dueInMs);
      const room = this.#roomIn(lane);
      if (dueInMs > 0 || room === 0 || this.#stopping.signal.aborted) continue;
      this.#lastLane = lane;
      for (const delivery of await this.#deps.claim(lane, room)) this.#start(delivery);
    }
    return waitMs;
  }

  #roomIn(lane: string): number {
    const inLane = this.#runningIn.get(lane) ?? 0;
    const ofLane = (this.#failing.has(lane) ? 1 : MAX_PER_LANE) - inLane;
    const ofAll = this.#settings.concurrency - this.#running.size;
    // Half of the places are for other projects, however many receivers one project has that do not answer.
    const project = projectOf(lane);
    let ofProject = Math.ceil(this.#settings.concurrency / 2);
    for (const [other, count] of this.#runningIn) if (projectOf(other) === project) ofProject -= count;
    return Math.max(0, Math.min(ofLane, ofAll, ofProject));
  }

  #forgetLanes(open: ReadonlySet<string>): void {
    for (const lane of this.#failing) if (!open.has(lane)) this.#failing.delete(lane);
  }

  #start(delivery: Claimed): void {
    const { lane } = delivery;
    this.#runningIn.set(lane, (this.#runningIn.get(lane) ?? 0) + 1);
    const run = this.#sendAndSettle(delivery).finally(() => {
      this.#running.delete(run);
      const left = this.#runningIn.get(lane)! - 1;
      if (left > 0) this.#runningIn.set(lane, left);
      else this.#runningIn.delete(lane);
      this.wake();
    });
    this.#running.add(run);
  }

  async #sendAndSettle(delivery: Claimed): Promise<void> {
    const { log } = this.#deps;
    const fields = { delivery_id: delivery.id, job_id: delivery.event.jobId, event_type: delivery.event.eventType };
    try {
      const attempt = await this.#attempt(delivery, fields);
      const outcome = this.#outcomeOf(delivery, attempt);
      const settled = await this.#deps.settle(delivery, outcome);
      const { attempt: number, duration_ms, response_status, error } = attempt;
      const result = { ...fields, attempt: number, outcome: outcome.kind, response_status, milliseconds: duration_ms };
      if (!settled) log.warn(result, 'webhook delivery was no longer ours to settle');
      else if (outcome.kind === 'delivered') log.info(result, 'webhook delivered');
      else log.warn({ ...result, reason: error }, 'webhook not delivered');
    } catch (error) {
      // What came of it could not be written. The lease runs out and it is sent again.
      log.error({ ...fields, err: error }, 'cannot settle a webhook delivery');
    }
  }

  /** One attempt. A fault of this server counts as one that failed, or it would be repeated without end. */
  async #attempt(delivery: Claimed, fields: object): Promise<DeliveryAttempt> {
    const at = now();
    const began = performance.now();
    try {
      return await this.#deps.send(delivery, this.#aborting.signal);
    } catch (error) {
      this.#deps.log.error({ ...fields, err: error }, 'cannot send a webhook');
      return {
        attempt: delivery.attempts.length + 1,
        at,
        duration_ms: Math.round(performance.now() - began),
        response_status: null,
        error: 'the server could not send it; its log says why',
      };
    }
  }

  #outcomeOf(delivery: Claimed, attempt: DeliveryAttempt): Outcome {
    if (attempt.error !== null && this.#aborting.signal.aborted) return { kind: 'released' };
    const attempts = [...delivery.attempts, attempt];
    if (attempt.error === null) {
      this.#failing.delete(delivery.lane);
      return { kind: 'delivered', attempts };
    }
    this.#failing.add(delivery.lane);
    const waitMs = this.#settings.retryWaitsMs[attempts.length - 1];
    return waitMs === undefined ? { kind: 'failed', attempts } : { kind: 'retry', attempts, waitMs };
  }
}

const projectOf = (lane: string) => lane.slice(0, lane.indexOf(' '));
