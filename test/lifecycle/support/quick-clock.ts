import type { Clock } from '@tenantry/core';

const LONG_MS = 5_000;

/** A clock whose short timers are due at once; the long ones, such as signs of life, never come. */
export const quickClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    const handle = delayMs < LONG_MS ? setImmediate(callback) : undefined;
    return { clear: () => clearImmediate(handle) };
  },
};
