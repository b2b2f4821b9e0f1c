import { CatalogTimeoutError } from '../errors/catalog.errors.js';
import type { Clock } from '../kernel/clock.js';
import { withinDeadline } from '../kernel/deadline.js';
import { keepAlive } from '../kernel/keep-alive.js';

/**
 * Asks a catalog and waits until the deadline. Keeps the process alive meanwhile.
 *
 * @throws {@link CatalogTimeoutError} `MT_CATALOG_UNAVAILABLE`, and whatever the catalog throws
 */
export function withDeadline<R>(clock: Clock, timeoutMs: number, ask: () => Promise<R>): Promise<R> {
  const onTimeout = (): CatalogTimeoutError => new CatalogTimeoutError(timeoutMs);
  return keepAlive(clock, withinDeadline({ clock, timeoutMs, onTimeout }, ask));
}
