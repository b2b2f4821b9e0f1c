import { performance } from 'node:perf_hooks';
import { holdProcess } from './keep-alive.js';
import { outsideScopes } from './outside-scopes.js';

/** A pending timer. */
export interface Timer {
  /** Cancels it; idempotent, also after it has fired. */
  clear(): void;
}

/** Where the registry takes time from; injected, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds on a monotonic scale; its zero means nothing. */
  now(): number;
  /** Calls back once after `delayMs` milliseconds of any length, outside of every scope. Never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): Timer;
  /**
   * Keeps the process alive until cleared: held while a caller awaits a promise. Absent = the process may end meanwhile; so it
   * should be for a clock that a test moves by hand.
   */
  hold?(): Timer;
}

/** Node fires a longer timeout at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The real monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  hold: holdProcess,
  setTimer: (callback, delayMs) => {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMEOUT_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : callback()), stepMs).unref();
    };
    outsideScopes(() => arm(delayMs));
    return { clear: () => clearTimeout(handle) };
  },
};
