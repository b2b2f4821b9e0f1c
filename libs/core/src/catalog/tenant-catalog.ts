import type { JsonObject, Tenant, TenantStatus } from '../tenant/tenant.js';

/** Which tenants a list holds. All conditions that are given must hold. Text is compared in lower case. */
export interface TenantFilter {
  readonly status?: TenantStatus;
  readonly plan?: string;
  /** Conditions on the canonical domain. */
  readonly domain?: {
    readonly equals?: string;
    readonly startsWith?: string;
    readonly endsWith?: string;
    readonly contains?: string;
  };
}

/** The order of a list. Tenants that are equal in it come by id, in the same direction. */
export interface TenantSort {
  /**
   * `id` (in lower case) and `domain` in byte order; `name` by code points, with `A` to `Z` as `a` to `z`, so that every
   * server sorts alike; `createdAt` by when the tenant was recorded.
   */
  readonly by: 'id' | 'domain' | 'name' | 'createdAt';
  /** Default: `asc`. */
  readonly direction?: 'asc' | 'desc';
}

/** One page of a list. */
export interface TenantListQuery {
  /**
   * The `next` of the page before, as it came and with the same sort; absent = the first page. The filter may differ: the
   * page begins behind that place.
   */
  readonly after?: string;
  /** Tenants a page, 1 to 1,000; 50 by default. */
  readonly limit?: number;
  readonly filter?: TenantFilter;
  /** Default: by id, ascending. */
  readonly sort?: TenantSort;
}

/** A page of tenants, in the order that was asked for. */
export interface TenantPage {
  readonly items: readonly Tenant[];
  /** Opaque; pass as `after` for the next page. `null` = this was the last one. */
  readonly next: string | null;
}

/**
 * Where requests look tenants up. `null` means unknown; a throw means that the catalog cannot be asked.
 * The super tenant is not asked for: the library answers for it.
 */
export interface TenantCatalogReader {
  /** Finds by id (without regard to case), domain or alias. The identifier comes in canonical form (lower case). */
  findByIdentifier(identifier: string): Promise<Tenant | null>;
  /** Finds by id, without regard to case. */
  findById(id: string): Promise<Tenant | null>;
  /**
   * Lists tenants, without the super tenant. Its cost does not grow with the number of the page.
   *
   * @throws `MT_ARGUMENT_INVALID` for a `limit`, `sort` or `filter` that is not allowed, and for an `after` that is not the `next` of
   *   a page of the same sort
   */
  list(query?: TenantListQuery): Promise<TenantPage>;
}

/**
 * A catalog that may know the answer at once. The library asks here first, and spares the request a promise.
 * Optional: implement it beside {@link TenantCatalogReader}.
 */
export interface SynchronousTenantCatalog {
  /** The tenant, `null` = known to be unknown, `undefined` = ask {@link TenantCatalogReader.findByIdentifier}. */
  peekByIdentifier(identifier: string): Tenant | null | undefined;
}

/**
 * A catalog that caches answers and can drop them. Optional: where the application's catalog is one, it is notified when
 * tenants were changed elsewhere.
 */
export interface InvalidatableTenantCatalog {
  /** Drops some tenants under all their names, and every name that is cached as unknown. Ids in lower case. */
  invalidateIds(tenantIds: Iterable<string>): void;
  /** Drops everything. */
  invalidateAll(): void;
  /**
   * Registers a listener that is called after records were dropped, with the ids of the tenants, or `undefined` for all.
   * The listener must not throw. Optional.
   */
  onInvalidated?(listener: (tenantIds: readonly string[] | undefined) => void): void;
}

/** Input of {@link TenantCatalogWriter.create}. */
export interface NewTenant {
  readonly id: string;
  readonly domain: string;
  readonly aliases?: readonly string[];
  /** Default: the id. */
  readonly name?: string;
  /** Default: `standard`. */
  readonly plan?: string;
  readonly settings?: JsonObject;
  /** Default: `active`. */
  readonly status?: 'provisioning' | 'active';
}

/** What `update` can change. Absent = unchanged. */
export interface TenantChanges {
  readonly name?: string;
  readonly aliases?: readonly string[];
  readonly plan?: string;
  readonly settings?: JsonObject;
}

/** Optimistic concurrency control of a change. */
export interface TenantChangeOptions {
  /** Refuse with `MT_TENANT_STALE` unless the record is at this generation; absent = do not check. */
  readonly expectedGeneration?: number;
}

/**
 * Where tenants are recorded; for administration only. Each call is atomic: it is done as a whole or nothing is written.
 * The super tenant can neither be created nor changed.
 */
export interface TenantCatalogWriter {
  /** @throws `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID` */
  create(tenant: NewTenant): Promise<Tenant>;
  /** @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_EXISTS`, `MT_TENANT_STALE`, `MT_TENANT_FIELD_INVALID` */
  update(id: string, changes: TenantChanges, options?: TenantChangeOptions): Promise<Tenant>;
  /** Gives the tenant another canonical domain; the old one is free at once. Same errors as `update`. */
  rename(id: string, domain: string, options?: TenantChangeOptions): Promise<Tenant>;
  /** From `provisioning` or `suspended` to `active`; an active tenant stays as it is. @throws `MT_TENANT_TRANSITION_REFUSED` */
  activate(id: string, options?: TenantChangeOptions): Promise<Tenant>;
  /** From `active` to `suspended`; a suspended tenant stays as it is. @throws `MT_TENANT_TRANSITION_REFUSED` */
  suspend(id: string, options?: TenantChangeOptions): Promise<Tenant>;
  /** Removes the tenant; its id stays taken indefinitely, its domain and aliases are free. */
  delete(id: string, options?: TenantChangeOptions): Promise<void>;
  /** Whether a well-formed domain is free to take. Malformed and reserved names are not. */
  isDomainAvailable(domain: string): Promise<boolean>;
}
