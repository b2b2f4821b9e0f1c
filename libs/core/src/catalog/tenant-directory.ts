import { Logger } from '@nestjs/common';
import { CatalogUnavailableError, catalogError } from '../errors/catalog.errors.js';
import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantProvisioningError, TenantSuspendedError, TenantUnknownError } from '../errors/tenant.errors.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import { SUPER_TENANT, SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import type { SynchronousTenantCatalog, TenantCatalogReader, TenantListQuery, TenantPage } from './tenant-catalog.js';
import { assertTenantFilter } from './tenant-filter.js';
import { tenantId } from '../tenant/tenant-id.js';
import type { Tenant } from '../tenant/tenant.js';

/** How look-ups of tenants ended. */
export interface CatalogLookUps {
  /** Answered at once from memory, `null` for an unknown name included. */
  readonly cached: number;
  readonly found: number;
  readonly unknown: number;
  /** The catalog could not be asked. */
  readonly failed: number;
}

/**
 * The application's catalog as the rest of the library asks it: answers for the super tenant itself, asks synchronously
 * where the catalog can, and distinguishes an outage from absence. An answer that is not about the identifier, or is the super
 * tenant, is a fault of the catalog: it counts as an outage, and the log says why.
 */
export class TenantDirectory {
  readonly #lookUps = { cached: 0, found: 0, unknown: 0, failed: 0 };
  readonly #catalog: TenantCatalogReader & Partial<SynchronousTenantCatalog>;
  readonly #logger = new Logger('Multitenancy');
  readonly #logged = new Set<string>();

  constructor(catalog: TenantCatalogReader) {
    this.#catalog = catalog;
  }

  /**
   * Finds by canonical identifier (id, domain or alias).
   *
   * @returns the tenant, or `null` when the catalog knows none
   * @throws {@link CatalogUnavailableError} `MT_CATALOG_UNAVAILABLE` (always as a rejection)
   */
  find(identifier: string): MaybePromise<Tenant | null> {
    if (identifier === SUPER_TENANT_ID) return SUPER_TENANT;
    const known = this.#peek(identifier);
    if (known === undefined) return this.#counted(() => this.#catalog.findByIdentifier(identifier), identifier);
    if (known !== null && !isAnswer(known, identifier)) return Promise.reject(this.#fault(identifier, known));
    this.#lookUps.cached += 1;
    return known;
  }

  /**
   * Finds by id and insists that the tenant is served.
   *
   * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_TENANT_UNKNOWN`, `MT_TENANT_SUSPENDED`, `MT_TENANT_PROVISIONING`,
   *   `MT_CATALOG_UNAVAILABLE`
   */
  async getActive(id: string): Promise<Tenant> {
    tenantId(id);
    const tenant =
      id.toLowerCase() === SUPER_TENANT_ID
        ? SUPER_TENANT
        : await this.#counted(() => this.#catalog.findById(id), id.toLowerCase());
    if (tenant?.id.toLowerCase() !== id.toLowerCase()) throw new TenantUnknownError(id);
    const problem = servingProblem(tenant);
    if (problem) throw problem;
    return tenant;
  }

  /**
   * Finds by id, from a cache where the catalog has one, and insists that the tenant is served and its record not too old.
   *
   * @param minGeneration oldest generation that may be used; an older record counts as an outage of the catalog
   * @throws as {@link getActive}
   */
  async getServed(id: string, minGeneration: number): Promise<Tenant> {
    const cached = await this.find(tenantId(id).toLowerCase());
    const usable = cached?.id.toLowerCase() === id.toLowerCase() && cached.generation >= minGeneration;
    if (usable && servingProblem(cached) === null) return cached;
    const tenant = await this.getActive(id);
    if (tenant.generation >= minGeneration) return tenant;
    throw new CatalogUnavailableError(new Error(`generation ${minGeneration} of tenant ${id} is not known here yet`));
  }

  /** Asks the catalog for something small, past its cache; for readiness. @throws `MT_CATALOG_UNAVAILABLE` */
  async probe(): Promise<void> {
    await guarded(() => this.#catalog.findById(SUPER_TENANT_ID));
  }

  /** How far the catalog's cache may be behind, milliseconds; `undefined` where it does not say. */
  get stalenessMs(): number | undefined {
    const { stalenessMs } = this.#catalog as { readonly stalenessMs?: unknown };
    return typeof stalenessMs === 'number' ? stalenessMs : undefined;
  }

  /** Look-ups of tenants since the start of the application, by how they ended. */
  lookUps(): CatalogLookUps {
    return { ...this.#lookUps };
  }

  async #counted(ask: () => Promise<Tenant | null>, identifier: string): Promise<Tenant | null> {
    try {
      const tenant = (await guarded(ask)) ?? null;
      if (tenant !== null && !isAnswer(tenant, identifier)) throw this.#fault(identifier, tenant);
      this.#lookUps[tenant === null ? 'unknown' : 'found'] += 1;
      return tenant;
    } catch (error) {
      this.#lookUps.failed += 1;
      throw error;
    }
  }

  /** Logs each fault once; there are a few kinds at most, unless the catalog answers at random. */
  #fault(identifier: string, tenant: Tenant): CatalogUnavailableError {
    const asked = JSON.stringify(identifier);
    const reason = isSuper(tenant)
      ? `it answered ${asked} with the super tenant, which only the library answers for`
      : `it answered ${asked} with tenant ${JSON.stringify(tenant.id)}, which has that neither as id, nor as domain, nor as alias`;
    if (!this.#logged.has(identifier)) {
      if (this.#logged.size >= MOST_LOGGED) this.#logged.clear();
      this.#logged.add(identifier);
      this.#logger.error(
        `The tenant catalog is faulty, and the request is refused: ${reason}. Correct its findByIdentifier or findById.`,
      );
    }
    return new CatalogUnavailableError(new Error(`The tenant catalog is faulty: ${reason}.`));
  }

  /** A catalog that cannot answer synchronously is asked asynchronously. */
  #peek(identifier: string): Tenant | null | undefined {
    try {
      return this.#catalog.peekByIdentifier?.(identifier);
    } catch {
      return undefined;
    }
  }

  /** Lists tenants; see {@link TenantCatalogReader.list}. @throws `MT_ARGUMENT_INVALID`, `MT_CATALOG_UNAVAILABLE` */
  async list(query: TenantListQuery): Promise<TenantPage> {
    if (query.filter !== undefined) assertTenantFilter(query.filter);
    return guarded(() => this.#catalog.list(query));
  }
}

const MOST_LOGGED = 100;

function isAnswer(tenant: Tenant, identifier: string): boolean {
  if (isSuper(tenant)) return false;
  if (tenant.domain === identifier || tenant.id === identifier || tenant.id.toLowerCase() === identifier) return true;
  // Records of a catalog that is not checked at run time may lack their aliases.
  return ((tenant.aliases as readonly string[] | undefined) ?? []).includes(identifier);
}

function isSuper({ id }: Tenant): boolean {
  return id.length === SUPER_TENANT_ID.length && id.toLowerCase() === SUPER_TENANT_ID;
}

/** Why a tenant is not served, or `null` when it is. */
export function servingProblem(tenant: Tenant): MultitenancyError | null {
  switch (tenant.status) {
    case 'active':
      return null;
    case 'provisioning':
      return new TenantProvisioningError(tenant.id);
    default:
      return new TenantSuspendedError(tenant.id, tenant.status === 'deleting' ? 'being deleted' : 'suspended');
  }
}

async function guarded<R>(ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw catalogError(error);
  }
}
