import { TenantMap } from '../tenant-map.js';

/**
 * Lets one client of a tenant exist at a time, from before its creation until it is disposed, for kinds that own something
 * exclusive: a folder, a lock, a named service. First come, first served.
 */
export class ExclusiveTurns {
  /** By tenant whose turn is taken: the callers that wait for it, in order. */
  readonly #waiting = new TenantMap<Set<() => void>>();

  /**
   * Waits for the tenant's turn.
   *
   * @returns ends the turn; idempotent
   * @throws the signal's reason when it aborts
   */
  async enter(tenantId: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const waiting = this.#waiting.get(tenantId);
    if (waiting === undefined) this.#waiting.set(tenantId, new Set());
    else await untilCalled(waiting, signal);
    return this.#turnOf(tenantId);
  }

  #turnOf(tenantId: string): () => void {
    let isTaken = true;
    return () => {
      if (isTaken) this.#pass(tenantId);
      isTaken = false;
    };
  }

  #pass(tenantId: string): void {
    const waiting = this.#waiting.get(tenantId);
    const [next] = waiting ?? [];
    if (next === undefined) return void this.#waiting.delete(tenantId);
    waiting?.delete(next);
    next();
  }
}

function untilCalled(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      waiting.delete(call);
      reject(signal.reason as Error);
    };
    const call = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    waiting.add(call);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
