import { RegistryCapacityError, TenantClientCreateTimeoutError } from '../errors/client.errors.js';
import type { ClientEntry } from './client-entry.js';
import type { Clock } from './clock.js';

/** How long and on whose behalf a caller waits. */
export interface Patience {
  /** Milliseconds; absent = as long as the creation takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<TClient> {
  readonly grant: (entry: ClientEntry<TClient>) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * One creation of one tenant's client, and all who wait for it. They share the client or the failure; one who gives up
 * leaves the others alone, and with the last one the creation is aborted.
 */
export class Creation<TClient> {
  readonly tenantId: string;
  readonly #kind: string;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<Waiter<TClient>>();
  readonly #onAbandoned: (creation: Creation<TClient>) => void;
  /** Whether the factory has been called; before that it waits for room. */
  started = false;

  constructor(kind: string, tenantId: string, clock: Clock, onAbandoned: (creation: Creation<TClient>) => void) {
    this.#kind = kind;
    this.tenantId = tenantId;
    this.#clock = clock;
    this.#onAbandoned = onAbandoned;
  }

  /** Aborts when the creation is given up, for whatever reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Waits for the client. `grant` runs in the same turn in which the client is published, so that what it takes cannot
   * be evicted in between.
   *
   * @throws the failure; `MT_REGISTRY_CAPACITY` or `MT_CLIENT_CREATE_TIMEOUT` when the patience ends; the signal's reason
   */
  join<R>(grant: (entry: ClientEntry<TClient>) => R, { timeoutMs, signal }: Patience = {}): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const leave = (error: unknown): void => {
        waiter.fail(error);
        if (this.#waiters.size === 0) this.#onAbandoned(this);
      };
      const onAbort = (): void => leave(signal?.reason);
      const timer = timeoutMs === undefined ? null : this.#clock.setTimer(() => leave(this.#impatience(timeoutMs)), timeoutMs);
      const settle = (): void => {
        this.#waiters.delete(waiter);
        timer?.clear();
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<TClient> = {
        grant: (entry) => (settle(), resolve(grant(entry))),
        fail: (error) => (settle(), reject(error as Error)),
      };
      this.#waiters.add(waiter);
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Hands the client to all who wait. */
  succeed(entry: ClientEntry<TClient>): void {
    for (const waiter of [...this.#waiters]) waiter.grant(entry);
  }

  /** Hands the failure to all who wait, and aborts what is still running. */
  fail(error: unknown): void {
    this.#abort.abort(error);
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }

  #impatience(afterMs: number): Error {
    return this.started
      ? new TenantClientCreateTimeoutError(this.#kind, this.tenantId, afterMs)
      : new RegistryCapacityError(this.#kind, this.tenantId, `every client is in use and none came free within ${afterMs} ms`);
  }
}
