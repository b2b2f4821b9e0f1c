import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { Clock } from '../../kernel/clock.js';
import { withinDeadline } from '../../kernel/deadline.js';
import { forEachConcurrently } from '../../kernel/worker-pool.js';

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

/** Checks clients, a few at a time, each within a deadline. Never rejects. */
export async function checkAll<T>(items: Iterable<T>, parts: CheckParts<T>): Promise<void> {
  const { matters, onUnhealthy } = parts;
  await forEachConcurrently(items, CONCURRENT_CHECKS, async (item) => {
    if (matters(item) && !(await isHealthy(item, parts)) && matters(item)) onUnhealthy(item);
  });
}

async function isHealthy<T>(item: T, { check, clock, timeoutMs }: CheckParts<T>): Promise<boolean> {
  const onTimeout = (): Error => new Error('The check has not answered in time.');
  try {
    return (await withinDeadline({ clock, timeoutMs, onTimeout }, () => outsideScopes(() => check(item)))) !== false;
  } catch {
    return false;
  }
}
