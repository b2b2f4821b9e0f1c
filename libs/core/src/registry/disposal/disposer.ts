import { outsideScopes } from '../../kernel/outside-scopes.js';
import { isPromise } from '../../kernel/maybe-promise.js';
import type { Clock } from '../../kernel/clock.js';
import { withinDeadline } from '../../kernel/deadline.js';
import type { Deadline } from '../../kernel/deadline.js';
import type { CloseClient } from '../client-entry.js';
import type { EvictionCause } from '../registry-options.js';

/** How a disposal ended. `timedOut`: the disposer had not settled at its deadline and was given up. */
export type DisposalResult =
  { readonly kind: 'disposed' } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'timedOut' };

const DISPOSED: DisposalResult = Object.freeze({ kind: 'disposed' });
const TIMED_OUT = new Error('The disposer has not settled in time.');

/** Closes clients, each within a deadline. Never throws: a failing disposer affects no other client. */
export class Disposer {
  readonly #deadline: Deadline;

  constructor(clock: Clock, timeoutMs: number) {
    this.#deadline = { clock, timeoutMs, onTimeout: () => TIMED_OUT };
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
      if (isPromise(closing)) await withinDeadline(this.#deadline, () => closing);
      return DISPOSED;
    } catch (error) {
      return error === TIMED_OUT ? { kind: 'timedOut' } : { kind: 'failed', error };
    }
  }
}
