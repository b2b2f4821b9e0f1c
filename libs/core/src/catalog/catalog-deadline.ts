import { keepAlive } from '../kernel/keep-alive.js';
import type { Clock } from '../kernel/clock.js';
import { CatalogTimeoutError } from '../errors/catalog.errors.js';

/**
 * Asks a catalog and waits for so long; an answer that comes later is dropped. Keeps the process alive meanwhile.
 *
 * @throws {@link CatalogTimeoutError} `MT_CATALOG_UNAVAILABLE`, and whatever the catalog throws
 */
export function withDeadline<R>(clock: Clock, timeoutMs: number, ask: () => Promise<R>): Promise<R> {
  const answered = new Promise<R>((resolve, reject) => {
    const timer = clock.setTimer(() => reject(new CatalogTimeoutError(timeoutMs)), timeoutMs);
    const settle = (then: () => void): void => {
      timer.clear();
      then();
    };
    asked(ask).then(
      (answer) => settle(() => resolve(answer)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
  return keepAlive(clock, answered);
}

/** A catalog that throws at once has failed like one that rejects. */
async function asked<R>(ask: () => Promise<R>): Promise<R> {
  return ask();
}
