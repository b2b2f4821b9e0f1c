import type { Clock } from './clock.js';
import type { CloseClient } from './client-entry.js';
import type { EvictionCause } from './registry-options.js';

/** How a disposal ended. `timedOut`: the disposer had not settled at its deadline and was given up. */
export type DisposalResult =
  | { readonly kind: 'disposed' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timedOut' };

/** Closes clients, each within a deadline. Never throws: a bad disposer harms nobody else. */
export class Disposer {
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Starts closing at once; settles when the disposer has, or at the deadline. */
  dispose<TClient>(client: TClient, close: CloseClient<TClient>, tenantId: string, cause: EvictionCause): Promise<DisposalResult> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(() => resolve({ kind: 'timedOut' }), this.#timeoutMs);
      void closed(client, close, tenantId, cause).then((result) => {
        timer.clear();
        resolve(result);
      });
    });
  }
}

async function closed<TClient>(
  client: TClient,
  close: CloseClient<TClient>,
  tenantId: string,
  cause: EvictionCause,
): Promise<DisposalResult> {
  try {
    await close?.(client, { tenantId, cause });
    return { kind: 'disposed' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
