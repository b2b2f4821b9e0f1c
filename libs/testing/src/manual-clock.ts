import type { Clock } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';

interface PendingTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that tests move by hand. Timers fire inside {@link advance}, in the order of their time. */
export class ManualClock implements Clock {
  readonly #timers = new Set<PendingTimer>();
  #now: number;

  /** @param now where it starts, milliseconds */
  constructor(now = 0) {
    this.#now = now;
  }

  /** Timers that have been set and have neither fired nor been cleared. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return { clear: () => void this.#timers.delete(timer) };
  }

  /** Lets time pass, firing what is due. Promises that timers settle run when the caller awaits next. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #due(end: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}
