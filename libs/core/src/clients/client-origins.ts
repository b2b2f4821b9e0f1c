import type { Tenant } from '../tenant/tenant.js';

interface ClientOrigin {
  readonly generation: number;
  readonly epoch: number;
}

/**
 * Records from which record of its tenant each client was made, for as long as the client lives. Clients that were added
 * from elsewhere, or are no objects, have no origin.
 */
export class ClientOrigins {
  readonly #origins = new WeakMap<object, ClientOrigin>();
  #epoch = 0;
  #onOutdated: (tenant: Tenant) => void = () => undefined;

  /** Grows whenever records may have changed. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Notes that records which were read before now may be out of date. */
  markStale(): void {
    this.#epoch += 1;
  }

  /** Makes a client from a record that is read now, and records which it was. Rejects as `read` and `make` do. */
  async make<TClient>(
    read: () => Promise<Tenant>,
    make: (tenant: Tenant) => TClient | Promise<TClient>,
  ): Promise<TClient> {
    const epoch = this.#epoch;
    const tenant = await read();
    const client = await make(tenant);
    if (isObject(client)) this.#origins.set(client, { generation: tenant.generation, epoch });
    return client;
  }

  /** Registers who is notified of a tenant whose client was made from an older record than one that was read. One at most. */
  whenOutdated(listener: (tenant: Tenant) => void): void {
    this.#onOutdated = listener;
  }

  /** Compares a client with a record that was read; notifies when the record is newer. */
  compare(client: unknown, tenant: Tenant): void {
    const made = this.generationOf(client);
    if (made !== undefined && made < tenant.generation) this.#onOutdated(tenant);
  }

  /** Generation of the record that a client was made from; `undefined` = not known. */
  generationOf(client: unknown): number | undefined {
    return this.#of(client)?.generation;
  }

  /** Whether the record of a client was read in this epoch or a later one. Where that is not known, it is taken for granted. */
  isFromEpoch(client: unknown, epoch: number): boolean {
    return (this.#of(client)?.epoch ?? epoch) >= epoch;
  }

  #of(client: unknown): ClientOrigin | undefined {
    return isObject(client) ? this.#origins.get(client) : undefined;
  }
}

function isObject(client: unknown): client is object {
  return (typeof client === 'object' && client !== null) || typeof client === 'function';
}
