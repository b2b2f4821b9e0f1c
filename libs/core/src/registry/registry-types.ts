import type { ClientDisposal, EvictionCause } from './registry-options.js';

/** Options of `acquire` and `use`. */
export interface AcquireOptions {
  /** Gives up waiting; other waiting callers are not affected. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait at most, above 0. Default: the registry's `acquireTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** What to do when the tenant has a client already: fail, leave it, or put the new one in its place. Default `error`. */
export type OnExisting = 'error' | 'keep' | 'replace';

/** Options of `create` and `createFrom`. */
export interface CreateOptions {
  readonly onExisting?: OnExisting;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/** Options of `add`. */
export interface AddOptions<TClient> {
  readonly onExisting?: OnExisting;
  /** Closes this client. Default: the registry's `dispose`. */
  readonly dispose?: (client: TClient, disposal: ClientDisposal) => unknown;
}

/** What is known of a client, without the client. */
export interface ClientSnapshot {
  readonly tenantId: string;
  readonly state: 'ready';
  readonly leases: number;
  readonly pinned: boolean;
  /** Milliseconds since its last use; 0 while in use. */
  readonly idleMs: number;
  /** Milliseconds since it was published. */
  readonly ageMs: number;
  readonly weight: number;
}

/** A client that a clean-up evicted. */
export interface EvictedClient {
  readonly tenantId: string;
  readonly cause: EvictionCause;
  /** Milliseconds since its last use. */
  readonly idleMs: number;
}

/** Options of `close`. */
export interface CloseOptions {
  /** Milliseconds for leases to be released, 0 and up. Default: the registry's `drainTimeoutMs`. */
  readonly deadlineMs?: number;
}

/** What `close` did. */
export interface CloseReport {
  /** Clients that were closed, forced ones included. */
  readonly disposed: number;
  /** Tenants whose clients were closed while still in use, because the deadline had passed. */
  readonly forced: readonly string[];
}
