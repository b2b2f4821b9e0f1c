import { performance } from 'node:perf_hooks';

/** A pending timer. */
export interface Timer {
  /** Cancels it; idempotent, also after it has fired. */
  clear(): void;
}

/** Where the registry takes time from; injected, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds on a monotonic scale; its zero means nothing. */
  now(): number;
  /** Calls back once after `delayMs` milliseconds of any length. Never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** Node fires a longer timeout at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The real monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMEOUT_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : callback()), stepMs).unref();
    };
    arm(delayMs);
    return { clear: () => clearTimeout(handle) };
  },
};
