import { keepAlive } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';

/** Rejects when something has not settled in time; keeps the process alive until then. What it gives afterwards is dropped. */
export async function withinTime<R>(clock: Clock, timeoutMs: number, what: string, work: Promise<R>): Promise<R> {
  let stop = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const timer = clock.setTimer(() => reject(new Error(`${what} took longer than ${timeoutMs} ms`)), timeoutMs);
    stop = () => timer.clear();
  });
  try {
    return await keepAlive(clock, Promise.race([work, late]));
  } finally {
    stop();
  }
}
