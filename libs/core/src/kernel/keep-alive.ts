import { outsideScopes } from './outside-scopes.js';

/** A clock that can keep the process alive; one that a test moves by hand cannot, for it may never settle what is awaited. */
export interface LivingClock {
  /** Keeps the process alive until cleared. */
  hold?(): { clear(): void };
}

/** The longest interval that Node's timers can hold. */
const LONGEST_MS = 2 ** 31 - 1;

/** Keeps the process alive until cleared: `hold` of the system's clocks. */
export function holdProcess(): { clear(): void } {
  const handle = outsideScopes(() => setInterval(() => undefined, LONGEST_MS));
  return { clear: () => clearInterval(handle) };
}

/**
 * Keeps the process alive until a promise settles. The library's timers do not; so this wraps what a caller may await, and
 * background work stays without it.
 *
 * @returns the same promise
 */
export function keepAlive<R>(clock: LivingClock, work: Promise<R>): Promise<R> {
  const hold = clock.hold?.();
  if (hold === undefined) return work;
  const clear = (): void => hold.clear();
  work.then(clear, clear);
  return work;
}
