import { performance } from 'node:perf_hooks';

/** Where catalogs take time from; the `Clock` of the registries fits. */
export interface CatalogClock {
  /** Milliseconds on a monotonic scale; its zero means nothing. */
  now(): number;
  /** Calls back once after `delayMs` milliseconds, unless cleared. Never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): { clear(): void };
}

/** The real monotonic clock, for delays that Node's timers can hold. */
export const realCatalogClock: CatalogClock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs).unref();
    return { clear: () => clearTimeout(timer) };
  },
};
