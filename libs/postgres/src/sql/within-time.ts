import type { Clock } from '@tenantry/core';
import { keepAlive, withinDeadline } from '@tenantry/core/spi';

/** Rejects when work has not settled in time; keeps the process alive until then. What it returns afterwards is dropped. */
export function withinTime<R>(clock: Clock, timeoutMs: number, what: string, work: Promise<R>): Promise<R> {
  const onTimeout = (): Error => new Error(`${what} took longer than ${timeoutMs} ms`);
  return keepAlive(
    clock,
    withinDeadline({ clock, timeoutMs, onTimeout }, () => work),
  );
}
