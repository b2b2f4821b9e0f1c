import type { Clock } from './clock.js';
import type { MaybePromise } from './maybe-promise.js';

/** How long work may take. */
export interface Deadline {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Called once when the time is up, to stop the work where it can be stopped. @returns the error that the caller gets */
  readonly onTimeout: () => Error;
}

/**
 * Starts work and waits for it until a deadline. What the work returns or throws after that is dropped. Does not keep the process
 * alive: wrap it in `keepAlive` where a caller waits.
 *
 * @throws what the work throws, or the error of `onTimeout`
 */
export function withinDeadline<R>({ clock, timeoutMs, onTimeout }: Deadline, work: () => MaybePromise<R>): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const timer = clock.setTimer(() => reject(onTimeout()), timeoutMs);
    started(work)
      .then(resolve, reject)
      .finally(() => timer.clear());
  });
}

/** Work that throws at once has failed like work that rejects. */
async function started<R>(work: () => MaybePromise<R>): Promise<R> {
  return work();
}

/**
 * Waits for some milliseconds, or until the signal aborts.
 *
 * @returns whether the time has passed; `false` = aborted
 */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const end = (passed: boolean): void => {
      timer.clear();
      signal?.removeEventListener('abort', onAbort);
      resolve(passed);
    };
    const onAbort = (): void => end(false);
    const timer = clock.setTimer(() => end(true), ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
