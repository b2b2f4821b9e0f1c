import { outsideScopes } from '../../kernel/outside-scopes.js';
import { isPromise } from '../../kernel/maybe-promise.js';
import type { Clock } from '../../kernel/clock.js';
import type { CloseClient } from '../client-entry.js';
import type { EvictionCause } from '../registry-options.js';

/** How a disposal ended. `timedOut`: the disposer had not settled at its deadline and was given up. */
export type DisposalResult =
  { readonly kind: 'disposed' } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'timedOut' };

const DISPOSED: DisposalResult = Object.freeze({ kind: 'disposed' });

/** Closes clients, each within a deadline. Never throws: a bad disposer harms nobody else. */
export class Disposer {
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Closes a client; settles when that is done, or at the deadline. Calls the disposer after the running code, so that it
   * never meets a registry in the middle of a step, and outside of every scope.
   */
  async dispose<TClient>(
    client: TClient,
    close: CloseClient<TClient>,
    tenantId: string,
    cause: EvictionCause,
  ): Promise<DisposalResult> {
    if (close === undefined) return DISPOSED;
    await Promise.resolve();
    try {
      const closing = outsideScopes(() => close(client, { tenantId, cause }));
      return isPromise(closing) ? await this.#withinDeadline(Promise.resolve(closing)) : DISPOSED;
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  #withinDeadline(closing: Promise<unknown>): Promise<DisposalResult> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(() => resolve({ kind: 'timedOut' }), this.#timeoutMs);
      void closing.then(() => resolve(DISPOSED), reject).finally(() => timer.clear());
    });
  }
}
