import type { FastifyReply } from 'fastify';
import { AppError } from '../errors.ts';

/** A place for a request that stays open until something happens. */
export interface Seat {
  /** Aborts when the client has gone, the answer is complete, or the server stops. */
  signal: AbortSignal;
}

/** When a seat will be free is not known. */
const RETRY_AFTER_MS = 1_000;

/**
 * Places for requests that stay open: so many in all, and half of them for one project, so that none takes all. A seat is
 * free again as soon as its connection or its answer ends.
 */
export class Seats {
  readonly #max: number;
  readonly #what: string;
  readonly #taken = new Map<AbortController, string>();
  #closed = false;

  /** @param what stays open, for the sentence that refuses: `waiting requests`. */
  constructor(max: number, what: string) {
    this.#max = max;
    this.#what = what;
  }

  /** @throws AppError `rate_limited` when all seats, or those of the project, are taken. */
  take(projectId: string, reply: FastifyReply): Seat {
    const ofProject = [...this.#taken.values()].filter((each) => each === projectId).length;
    if (this.#taken.size >= this.#max || ofProject >= Math.ceil(this.#max / 2)) {
      throw new AppError('rate_limited', `There are too many ${this.#what} already; try again later.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    const seat = new AbortController();
    // A connection that has ended already will not say so again, and would keep its seat for ever.
    if (reply.raw.destroyed || this.#closed) {
      seat.abort();
      return { signal: seat.signal };
    }
    this.#taken.set(seat, projectId);
    reply.raw.once('close', () => {
      this.#taken.delete(seat);
      seat.abort();
    });
    return { signal: seat.signal };
  }

  /** The server stops: everyone is to finish now. */
  close(): void {
    this.#closed = true;
    for (const seat of this.#taken.keys()) seat.abort();
  }
}
