import type { Clock } from '@tenantry/core';
import { backoffMs, BoundedMap } from '@tenantry/core/spi';

interface Rejection {
  readonly attempts: number;
  readonly at: number;
  readonly retryAt: number;
}

const FIRST_PAUSE_MS = 1_000;
/** Rejections that far apart have nothing to do with each other. */
const QUIET_MS = 60_000;
const MAX_REJECTIONS = 10_000;

/** Bounds what rejected credentials cause: the first rejection acts at once, further ones with exponential backoff. */
export class Rejections {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #last = new BoundedMap<Rejection>(MAX_REJECTIONS);

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether to act now. If so, the next one is not before the pause. */
  take(tenantId: string): boolean {
    const [key, now] = [tenantId.toLowerCase(), this.#clock.now()];
    const last = this.#last.get(key);
    if (last !== undefined && now < last.retryAt) return false;
    const attempts = last !== undefined && now - last.at < QUIET_MS ? last.attempts + 1 : 1;
    this.#last.set(key, { attempts, at: now, retryAt: now + backoffMs(attempts, FIRST_PAUSE_MS, this.#random()) });
    return true;
  }
}
