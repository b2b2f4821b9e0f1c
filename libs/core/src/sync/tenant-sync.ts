import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { OpenScopes } from '../context/open-scopes.js';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { Clock, Timer } from '../kernel/clock.js';
import type { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import type { InvalidatableTenantCatalog, TenantCatalogReader } from '../catalog/tenant-catalog.js';
import type { TenantDirectory } from '../catalog/tenant-directory.js';
import { isTenantId } from '../tenant/tenant-id.js';
import type { TenantStatus } from '../tenant/tenant.js';
import { ClientChanges } from './client-changes.js';
import { TenantWork } from './tenant-work.js';

/** A change of a tenant, as a node is notified of it. */
export interface ChangedTenant {
  /** In any case. */
  readonly tenantId: string;
  /** After the change. */
  readonly status: TenantStatus | 'deleted';
  /** After the change; of a deleted tenant, its last. */
  readonly generation: number;
}

/** Called with the ids of tenants that changed, in lower case, the super tenant's too; `null` = any tenant may have changed. */
export type TenantChangeListener = (tenantIds: readonly string[] | null) => void;

/** What a {@link TenantSync} works with. */
export interface TenantSyncParts {
  /** The application's own catalog; its cached records are dropped here. */
  readonly catalog: TenantCatalogReader & Partial<InvalidatableTenantCatalog>;
  readonly directory: TenantDirectory;
  readonly kinds: TenantClientRegistries;
  readonly scopes: OpenScopes;
  readonly clock: Clock;
}

const TENANTS_AT_ONCE = 8;
const RETRY_MS = 5_000;
/** As long as a deletion waits by default. */
const LONGEST_WORK_MS = 30_000;
const NOT_SERVED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MT_TENANT_UNKNOWN',
  'MT_TENANT_SUSPENDED',
  'MT_TENANT_PROVISIONING',
]);

/**
 * What this node does when tenants change, wherever they were changed: drops the cached records, closes the clients
 * of tenants that are no longer served, renews those that were made from an older record.
 *
 * Calls may come twice, late and out of order. They return at once and never wait for a client: caches are
 * invalidated and clients to be closed are detached by then, renewals continue in the background. The super tenant is left alone.
 */
export class TenantSync implements BeforeApplicationShutdown {
  readonly #parts: TenantSyncParts;
  readonly #clients: ClientChanges;
  readonly #renewals = new TenantWork<number>(TENANTS_AT_ONCE, (id, generation) =>
    this.#clients.renewOlder(id, generation),
  );
  readonly #checks = new TenantWork<null>(TENANTS_AT_ONCE, (id) => this.#check(id));
  readonly #deferred = new Set<string>();
  readonly #listeners = new Set<TenantChangeListener>();
  #timer: Timer | undefined;

  constructor(parts: TenantSyncParts) {
    this.#parts = parts;
    this.#clients = new ClientChanges(parts.kinds, (tenantId) => this.#checks.add(tenantId, null));
    // Also without notice of a change: what a request reads may be newer than its client.
    parts.kinds.origins.whenOutdated(({ id, generation }) => this.#renew(id, generation));
  }

  /** Tenants whose clients are still to be renewed or compared with the catalog. For metrics; 0 = up to date. */
  get pending(): number {
    return this.#renewals.pending + this.#checks.pending + this.#deferred.size;
  }

  /**
   * Takes note of changes, oldest first. Clients of a tenant that is suspended, being deleted or deleted are detached at once,
   * and closed when their leases are released. Others that were made from an older record are renewed; one that cannot be renewed
   * is detached, so that the next use makes a new one.
   */
  apply(changes: readonly ChangedTenant[]): void {
    const changed = new Set(changes.map(({ tenantId }) => tenantId.toLowerCase()));
    this.#notify([...changed]);
    const latest = latestOf(changes);
    if (latest.size === 0) return;
    this.#clients.markStale();
    this.#parts.catalog.invalidateIds?.(latest.keys());
    for (const [tenantId, { status, generation }] of latest) {
      if (status === 'active' || status === 'provisioning') this.#renew(tenantId, generation);
      else this.#stopServing(tenantId, status, generation);
    }
  }

  /**
   * Drops everything that the catalog caches, and compares the tenants that have clients with the catalog, a few at
   * once. While the catalog cannot be asked, their clients stay, and it is tried again.
   */
  resync(): void {
    this.#notify(null);
    this.#clients.markStale();
    this.#parts.catalog.invalidateAll?.();
    for (const tenantId of this.#clients.tenantIds()) this.#checks.add(tenantId, null);
    void this.#parts.scopes.recheck();
  }

  /**
   * Has a listener called at each change, for what else this node keeps in memory of tenants. It is called at once, must not throw, and
   * gets changes twice, late and out of order.
   *
   * @returns removes the listener
   */
  onChange(listener: TenantChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Settles when nothing is under way. What waits for the catalog to come back is not waited for. */
  async settled(): Promise<void> {
    while (this.#renewals.pending + this.#checks.pending > 0) {
      await Promise.all([this.#renewals.settled(), this.#checks.settled()]);
    }
  }

  /**
   * Settles when the work that has been aborted by now has ended and the clients that have been detached by now are closed:
   * their leases are back, or their time was up.
   */
  async closed(): Promise<void> {
    await Promise.all([this.#clients.closed(), this.#parts.scopes.abortedEnded(LONGEST_WORK_MS)]);
  }

  /** Begins nothing new. The clients are closed later, with their registries. */
  beforeApplicationShutdown(): void {
    this.#renewals.stop();
    this.#checks.stop();
    this.#timer?.clear();
    this.#deferred.clear();
  }

  #notify(tenantIds: readonly string[] | null): void {
    for (const listener of this.#listeners) listener(tenantIds);
  }

  /** A change that is older than what the catalog says now may come late: only the clients are held against generations. */
  #stopServing(tenantId: string, status: 'suspended' | 'deleting' | 'deleted', generation: number): void {
    this.#clients.evictUpTo(tenantId, status === 'deleted' ? Infinity : generation);
    void this.#parts.scopes.recheck([tenantId]);
  }

  #renew(tenantId: string, generation: number): void {
    if (this.#clients.hasOlder(tenantId, generation)) this.#renewals.add(tenantId, generation);
  }

  async #check(tenantId: string): Promise<void> {
    try {
      const { generation } = await this.#parts.directory.getActive(tenantId);
      await this.#clients.renewOthers(tenantId, generation);
    } catch (error) {
      if (error instanceof MultitenancyError && NOT_SERVED.has(error.code)) this.#clients.evictUpTo(tenantId, Infinity);
      else this.#defer(tenantId);
    }
  }

  #defer(tenantId: string): void {
    this.#deferred.add(tenantId);
    if (this.#deferred.size > 1) return;
    this.#timer = this.#parts.clock.setTimer(() => {
      const tenantIds = [...this.#deferred];
      this.#deferred.clear();
      for (const id of tenantIds) this.#checks.add(id, null);
    }, RETRY_MS);
  }
}

/** The last change of each tenant by its id in lower case. */
function latestOf(changes: readonly ChangedTenant[]): Map<string, ChangedTenant> {
  const latest = new Map<string, ChangedTenant>();
  for (const change of changes) {
    const key = change.tenantId.toLowerCase();
    if (key === SUPER_TENANT_ID || !isTenantId(key)) continue;
    latest.delete(key);
    latest.set(key, change);
  }
  return latest;
}
