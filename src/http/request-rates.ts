import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Principal } from '../domain/tenancy.ts';
import { AppError } from '../errors.ts';

/** What an operator allows every project and key unless the project's settings say otherwise; null = any number. */
export interface Limits {
  /** Jobs of one project that have not ended. */
  maxOpenJobs: number | null;
  /** Requests of one key a second. */
  keyRequestsPerSecond: number | null;
  /** Requests of all keys of a project a second. */
  projectRequestsPerSecond: number | null;
}

/** Rates below one a second, and fractions, are counted over a minute. */
const SLOW_WINDOW_SECONDS = 60;

/** Refuses requests of keys and projects that send more than they may. Each server process counts for itself. */
export class RequestRates {
  readonly #limits: Limits;
  /** One counter for each rate there is: projects with the same rate share it under their own names. */
  readonly #limiters = new Map<string, RateLimiterMemory>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a request; null = there is nothing to count. The promise rejects with AppError `rate_limited`. */
  admit(principal: Principal): Promise<void> | null {
    const ofKey = this.#limits.keyRequestsPerSecond;
    const ofProject = principal.settings.requests_per_second ?? this.#limits.projectRequestsPerSecond;
    return ofKey === null && ofProject === null ? null : this.#count(principal, ofKey, ofProject);
  }

  async #count(principal: Principal, ofKey: number | null, ofProject: number | null): Promise<void> {
    if (ofKey !== null) await this.#consume(`key ${principal.apiKeyId}`, ofKey, 'for an API key');
    if (ofProject !== null) await this.#consume(`project ${principal.projectId}`, ofProject, 'for a project');
  }

  async #consume(name: string, perSecond: number, forWhom: string): Promise<void> {
    try {
      await this.#limiter(perSecond).consume(name);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new AppError('rate_limited', `Rate limit exceeded. Maximum ${inWords(perSecond)} ${forWhom}.`, {
        retryAfterMs: Math.max(1, rejected.msBeforeNext),
      });
    }
  }

  #limiter(perSecond: number): RateLimiterMemory {
    const key = String(perSecond);
    const known = this.#limiters.get(key);
    if (known) return known;
    const limiter = new RateLimiterMemory(windowOf(perSecond));
    this.#limiters.set(key, limiter);
    return limiter;
  }
}

/** The shortest window in which the rate is a whole number of requests, near enough. */
function windowOf(perSecond: number): { points: number; duration: number } {
  if (Number.isInteger(perSecond)) return { points: perSecond, duration: 1 };
  const duration = Math.max(SLOW_WINDOW_SECONDS, Math.ceil(1 / perSecond));
  return { points: Math.max(1, Math.floor(perSecond * duration + 1e-6)), duration };
}

function inWords(perSecond: number): string {
  const { points, duration } = windowOf(perSecond);
  const window = duration === 1 ? 'second' : `${duration} seconds`;
  return `${points} request${points === 1 ? '' : 's'} per ${window}`;
}
