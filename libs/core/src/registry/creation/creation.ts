import {
  RegistryCapacityError,
  TenantClientCreateTimeoutError,
  TenantClientRecursiveError,
} from '../../errors/client.errors.js';
import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { ClientEntry } from '../client-entry.js';
import type { Clock } from '../../kernel/clock.js';
import { callingCreation, CreationNode } from './creation-chain.js';

/** How long and on whose behalf a caller waits. */
export interface WaitLimits {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Whether the time counts only while there is no room; the factory then has all of its own deadline. */
  readonly onlyForRoom?: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<TClient> {
  readonly grant: (entry: ClientEntry<TClient>) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * One creation of one tenant's client, and the callers that wait for it. They share the client or the failure; a caller that gives up
 * does not affect the others, and when the last one does, the creation is aborted.
 */
export class Creation<TClient> {
  readonly tenantId: string;
  /** Its place among the creations that wait for each other. */
  readonly node = new CreationNode();
  /** What it waits for: room, before its factory is called or for the weight of the client; or the tenant's previous client. */
  awaits: 'factory' | 'room' | 'predecessor' = 'factory';
  /** Whether the client is to be pinned. */
  pinned = false;
  readonly #kind: string;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<Waiter<TClient>>();
  readonly #onAbandoned: (creation: Creation<TClient>) => void;

  constructor(kind: string, tenantId: string, clock: Clock, onAbandoned: (creation: Creation<TClient>) => void) {
    this.#kind = kind;
    this.tenantId = tenantId;
    this.#clock = clock;
    this.#onAbandoned = onAbandoned;
  }

  /** Aborts when the creation is given up, for any reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Waits for the client. `grant` runs in the same turn in which the client is published, so that what it takes cannot
   * be evicted in between.
   *
   * @throws the failure; `MT_REGISTRY_CAPACITY` or `MT_CLIENT_CREATE_TIMEOUT` when the time is up; the signal's reason;
   *   `MT_CLIENT_RECURSIVE` from a factory that this creation waits for
   */
  join<R>(
    grant: (entry: ClientEntry<TClient>) => R,
    { timeoutMs, onlyForRoom = false, signal }: WaitLimits,
  ): Promise<R> {
    const caller = callingCreation();
    const circular = caller !== undefined && this.node.leadsTo(caller);
    const clearWait = caller?.waitsFor(this.node);
    return new Promise<R>((resolve, reject) => {
      const leave = (error: unknown): void => {
        waiter.fail(error);
        if (this.#waiters.size === 0) this.#onAbandoned(this);
      };
      const onAbort = (): void => leave(signal?.reason);
      const stopTimer = this.#startTimer(timeoutMs, onlyForRoom, leave);
      const settle = (): void => {
        clearWait?.();
        stopTimer();
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<TClient> = {
        grant: (entry) => (settle(), resolve(grant(entry))),
        fail: (error) => (settle(), reject(error)),
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else if (circular) leave(new TenantClientRecursiveError(this.#kind, this.tenantId));
    });
  }

  /** Delivers the client to all waiting callers. */
  succeed(entry: ClientEntry<TClient>): void {
    for (const waiter of [...this.#waiters]) waiter.grant(entry);
  }

  /** Delivers the failure to all waiting callers, and aborts what is still running. */
  fail(error: unknown): void {
    for (const waiter of [...this.#waiters]) waiter.fail(error);
    // The factory's listeners run in this call.
    outsideScopes(() => this.#abort.abort(error));
  }

  #startTimer(timeoutMs: number, onlyForRoom: boolean, leave: (error: Error) => void): () => void {
    const expire = (): void => {
      if (onlyForRoom && this.awaits === 'factory') timer = this.#clock.setTimer(expire, timeoutMs);
      else leave(this.#timeoutError(timeoutMs));
    };
    let timer = this.#clock.setTimer(expire, timeoutMs);
    return () => timer.clear();
  }

  #timeoutError(afterMs: number): Error {
    const [kind, tenantId] = [this.#kind, this.tenantId];
    if (this.awaits === 'factory') return new TenantClientCreateTimeoutError(kind, tenantId, afterMs);
    if (this.awaits === 'predecessor') return previousInUse(kind, tenantId, afterMs);
    return new RegistryCapacityError(kind, tenantId, `every client is in use and none came free within ${afterMs} ms`);
  }
}

/** The error of a caller that waited without success for the previous client of an exclusive kind to be gone. */
export function previousInUse(kind: string, tenantId: string, afterMs: number): RegistryCapacityError {
  const why = `the kind is exclusive, and the tenant's previous client was still in use or being closed after ${afterMs} ms`;
  return new RegistryCapacityError(kind, tenantId, why, 'Shorten the work that uses it, or raise acquireTimeoutMs.');
}
