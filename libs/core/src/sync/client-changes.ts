import type { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import type { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';

type Registry = TenantClientRegistry<unknown>;

/** Which clients are renewed, and which new one is enough whenever its record was read. */
interface Renewal {
  readonly isMeant: (client: unknown) => boolean;
  readonly isMade: (client: unknown) => boolean;
}

/** A renewal may join a creation that began with an older record, and has to be repeated then. */
const MOST_RENEWALS = 3;

/** The clients of this node, of every kind, held against the records of their tenants. */
export class ClientChanges {
  readonly #kinds: TenantClientRegistries;
  readonly #onStale: (tenantId: string) => void;
  readonly #watched = new Set<Registry>();
  readonly #closing = new Set<Promise<unknown>>();

  /** @param onStale called with a tenant whose new client was made from a record that may have changed meanwhile */
  constructor(kinds: TenantClientRegistries, onStale: (tenantId: string) => void) {
    this.#kinds = kinds;
    this.#onStale = onStale;
  }

  /** From now on no client counts as new whose record was read before, also one that is being made. */
  markStale(): void {
    this.#kinds.origins.markStale();
    for (const registry of this.#kinds.all()) this.#watch(registry);
  }

  /** Ids of the tenants that have a client, without the super tenant. */
  tenantIds(): Set<string> {
    const ids = new Set<string>();
    for (const registry of this.#kinds.all()) {
      for (const { tenantId } of registry.entries()) ids.add(tenantId.toLowerCase());
    }
    ids.delete(SUPER_TENANT_ID);
    return ids;
  }

  /** Whether a client was made from a record older than this generation, or from none that is known. */
  hasOlder(tenantId: string, generation: number): boolean {
    return this.#kinds.all().some((registry) => this.#isOlder(registry.peek(tenantId), generation));
  }

  /** Detaches the clients that were made from a record up to this generation, and gives up those being made. */
  evictUpTo(tenantId: string, generation: number): void {
    for (const registry of this.#kinds.all()) {
      const made = this.#kinds.origins.generationOf(registry.peek(tenantId));
      if (made === undefined || made <= generation) this.#evict(registry, tenantId);
    }
  }

  /** Settles when the clients that have been detached here by now are closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Renews what {@link hasOlder} means. Never rejects. */
  async renewOlder(tenantId: string, generation: number): Promise<void> {
    await this.#renewWhere(tenantId, {
      isMeant: (client) => this.#isOlder(client, generation),
      // One that was being made already: a request had read the record before the notice of the change arrived.
      isMade: (client) => !this.#isOlder(client, generation),
    });
  }

  /** Renews clients that were made from another generation, be it a later one as after a restored backup. Never rejects. */
  async renewOthers(tenantId: string, generation: number): Promise<void> {
    const isMeant = (client: unknown): boolean => {
      const made = this.#kinds.origins.generationOf(client);
      return made !== undefined && made !== generation;
    };
    await this.#renewWhere(tenantId, { isMeant, isMade: () => false });
  }

  async #renewWhere(tenantId: string, renewal: Renewal): Promise<void> {
    const isHere = (registry: Registry): boolean => registry.peek(tenantId) !== undefined;
    const meant = this.#kinds.all().filter((registry) => isHere(registry) && renewal.isMeant(registry.peek(tenantId)));
    await Promise.all(meant.map((registry) => this.#renew(registry, tenantId, renewal)));
  }

  async #renew(registry: Registry, tenantId: string, { isMade }: Renewal): Promise<void> {
    const { origins } = this.#kinds;
    const { epoch } = origins;
    try {
      for (let attempt = 0; attempt < MOST_RENEWALS; attempt += 1) {
        await registry.refresh(tenantId);
        const client = registry.peek(tenantId);
        if (isMade(client) || origins.isFromEpoch(client, epoch)) return;
      }
    } catch {
      // After any failure: the existing client must not continue with settings that are no longer true.
    }
    if (registry.peek(tenantId) !== undefined) this.#evict(registry, tenantId);
  }

  /** Detaches at once. */
  #evict(registry: Registry, tenantId: string): void {
    const closing = registry
      .evict(tenantId)
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #isOlder(client: unknown, generation: number): boolean {
    return client !== undefined && (this.#kinds.origins.generationOf(client) ?? -1) < generation;
  }

  #watch(registry: Registry): void {
    if (this.#watched.has(registry)) return;
    this.#watched.add(registry);
    registry.on('created', ({ tenantId }) => {
      const { origins } = this.#kinds;
      const isStale = !origins.isFromEpoch(registry.peek(tenantId), origins.epoch);
      if (isStale && tenantId.toLowerCase() !== SUPER_TENANT_ID) this.#onStale(tenantId);
    });
  }
}
