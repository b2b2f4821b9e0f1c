import type { ClientEntry } from './client-entry.js';

/**
 * The right to use a client now. As long as it is out, the client is not disposed (short of the drain deadline).
 * Give it back exactly where the work ends; `using lease = await registry.acquire(id)` does so by itself.
 */
export interface TenantClientLease<TClient> extends Disposable {
  readonly tenantId: string;
  /** The client. Do not keep it beyond the lease, and do not close it: it belongs to the registry. */
  readonly client: TClient;
  /** Gives the client back. Idempotent, in any order, also after the registry has closed. */
  release(): void;
}

/** A lease over one entry. */
export class EntryLease<TClient> implements TenantClientLease<TClient> {
  readonly tenantId: string;
  readonly client: TClient;
  readonly #entry: ClientEntry<TClient>;
  #giveBack: ((entry: ClientEntry<TClient>) => void) | null;

  constructor(entry: ClientEntry<TClient>, giveBack: (entry: ClientEntry<TClient>) => void) {
    this.tenantId = entry.tenantId;
    this.client = entry.client;
    this.#entry = entry;
    this.#giveBack = giveBack;
  }

  /** Whether the client has been disposed all the same, or is about to be: the drain timeout has passed. */
  get isClosed(): boolean {
    return this.#entry.state === 'disposing' || this.#entry.state === 'disposed';
  }

  release(): void {
    const giveBack = this.#giveBack;
    this.#giveBack = null;
    giveBack?.(this.#entry);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
