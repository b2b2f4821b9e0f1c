import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { Clock } from '../../kernel/clock.js';

const CONCURRENT_CHECKS = 8;

/** What is checked and how. */
export interface CheckParts<T> {
  /** Whether an item still matters; asked right before and right after its check. */
  readonly matters: (item: T) => boolean;
  /** Runs outside of every scope. `false`, a throw, a rejection, or no answer within `timeoutMs` = unhealthy. */
  readonly check: (item: T) => unknown;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Called for each that failed and still matters. */
  readonly onUnhealthy: (item: T) => void;
}

/** Asks a check about many clients, a few at a time, each within a deadline. Never rejects. */
export async function checkAll<T>(items: Iterable<T>, parts: CheckParts<T>): Promise<void> {
  const { matters, onUnhealthy } = parts;
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const item = next.value;
      if (matters(item) && !(await isHealthy(item, parts)) && matters(item)) onUnhealthy(item);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_CHECKS }, worker));
}

function isHealthy<T>(item: T, { check, clock, timeoutMs }: CheckParts<T>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(false), timeoutMs);
    const answer = (healthy: boolean): void => {
      timer.clear();
      resolve(healthy);
    };
    void Promise.resolve(item)
      .then((checked) => outsideScopes(() => check(checked)))
      .then(
        (result) => answer(result !== false),
        () => answer(false),
      );
  });
}
