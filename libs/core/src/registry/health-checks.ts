import type { Clock } from './clock.js';

const CONCURRENT_CHECKS = 8;

/**
 * Asks a check about many clients, a few at a time, each within a deadline.
 *
 * @param check `false`, a throw, or no answer within `timeoutMs` = unhealthy
 * @param onUnhealthy called for each that failed
 */
export async function checkAll<T>(
  items: Iterable<T>,
  check: (item: T) => unknown,
  clock: Clock,
  timeoutMs: number,
  onUnhealthy: (item: T) => void,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (!(await isHealthy(() => check(next.value as T), clock, timeoutMs))) onUnhealthy(next.value);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_CHECKS }, worker));
}

function isHealthy(check: () => unknown, clock: Clock, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(false), timeoutMs);
    const answer = (healthy: boolean): void => {
      timer.clear();
      resolve(healthy);
    };
    void Promise.resolve()
      .then(check)
      .then((result) => answer(result !== false), () => answer(false));
  });
}
