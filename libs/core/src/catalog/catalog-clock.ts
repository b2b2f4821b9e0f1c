import { performance } from 'node:perf_hooks';
import { holdProcess } from '../kernel/keep-alive.js';
import { outsideScopes } from '../kernel/outside-scopes.js';

/** Where catalogs take time from; the `Clock` of the registries fits. */
export interface CatalogClock {
  /** Milliseconds on a monotonic scale; its zero means nothing. */
  now(): number;
  /** Calls back once after `delayMs` milliseconds, unless cleared. Never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): { clear(): void };
  /** Keeps the process alive until cleared. Absent = the process may end while an answer is awaited. */
  hold?(): { clear(): void };
}

/** The real monotonic clock, for delays that Node's timers can hold. */
export const realCatalogClock: CatalogClock = {
  now: () => performance.now(),
  hold: holdProcess,
  setTimer: (callback, delayMs) => {
    const timer = outsideScopes(() => setTimeout(callback, delayMs).unref());
    return { clear: () => clearTimeout(timer) };
  },
};
