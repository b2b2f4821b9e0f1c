import { TenantExistsError } from '../errors/catalog.errors.js';
import { TenantUnknownError } from '../errors/tenant.errors.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import { isTenantId } from '../tenant/tenant-id.js';
import { isDomain } from '../tenant/tenant-identifier.js';
import {
  assertChangeable,
  changedTenantRecord,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from './tenant-record.js';
import type {
  NewTenant,
  SynchronousTenantCatalog,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChangeOptions,
  TenantChanges,
  TenantListQuery,
  TenantPage,
} from './tenant-catalog.js';
import { pageOf } from './tenant-page.js';
import type { Tenant } from '../tenant/tenant.js';

/**
 * A catalog in the memory of this process, for tests, examples and tenants that are fixed in configuration.
 *
 * Reads and writes are synchronous inside, hence atomic. Ids of deleted tenants stay taken.
 */
export class InMemoryTenantCatalog implements TenantCatalogReader, TenantCatalogWriter, SynchronousTenantCatalog {
  /** Lower-cased id to record, or `null` for a deleted tenant. Nothing is ever removed: this is the order of creation. */
  readonly #records = new Map<string, Tenant | null>();
  /** Domain or alias to lower-cased id. */
  readonly #names = new Map<string, string>();

  /**
   * @param tenants the tenants to begin with
   * @throws `MT_TENANT_FIELD_INVALID`, `MT_TENANT_EXISTS`
   */
  constructor(tenants: Iterable<NewTenant> = []) {
    for (const tenant of tenants) this.#insert(tenant);
  }

  peekByIdentifier(identifier: string): Tenant | null {
    const byId = this.#records.get(identifier);
    if (byId) return byId;
    const id = this.#names.get(identifier);
    return (id === undefined ? null : this.#records.get(id)) ?? null;
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    return this.peekByIdentifier(identifier);
  }

  async findById(id: string): Promise<Tenant | null> {
    return isTenantId(id) ? (this.#records.get(id.toLowerCase()) ?? null) : null;
  }

  async list(query: TenantListQuery = {}): Promise<TenantPage> {
    return pageOf(this.#records, query);
  }

  async create(tenant: NewTenant): Promise<Tenant> {
    return this.#insert(tenant);
  }

  async update(id: string, changes: TenantChanges, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => changedTenantRecord(current, changes, options));
  }

  async rename(id: string, domain: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => renamedTenantRecord(current, domain, options));
  }

  async activate(id: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => transitionedTenantRecord(current, 'active', options));
  }

  async suspend(id: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => transitionedTenantRecord(current, 'suspended', options));
  }

  async delete(id: string, options?: TenantChangeOptions): Promise<void> {
    const current = this.#get(id);
    assertChangeable(current, options);
    this.#releaseNames(current);
    this.#records.set(id.toLowerCase(), null);
  }

  async isDomainAvailable(domain: string): Promise<boolean> {
    return isDomain(domain) && !this.#names.has(domain) && !this.#records.has(domain);
  }

  #insert(input: NewTenant): Tenant {
    const tenant = newTenantRecord(input);
    const key = tenant.id.toLowerCase();
    if (this.#records.has(key) || this.#names.has(key)) throw new TenantExistsError('id', tenant.id);
    this.#assertNamesFree(tenant);
    return this.#store(tenant);
  }

  #replace(id: string, change: (current: Tenant) => Tenant): Tenant {
    const current = this.#get(id);
    const next = change(current);
    if (next === current) return current;
    this.#assertNamesFree(next);
    this.#releaseNames(current);
    return this.#store(next);
  }

  #get(id: string): Tenant {
    const key = isTenantId(id) ? id.toLowerCase() : '';
    if (key === SUPER_TENANT_ID) assertChangeable({ id: SUPER_TENANT_ID } as Tenant);
    const tenant = this.#records.get(key);
    if (!tenant) throw new TenantUnknownError(id);
    return tenant;
  }

  #store(tenant: Tenant): Tenant {
    const key = tenant.id.toLowerCase();
    this.#records.set(key, tenant);
    for (const name of namesOf(tenant)) this.#names.set(name, key);
    return tenant;
  }

  #releaseNames(tenant: Tenant): void {
    for (const name of namesOf(tenant)) this.#names.delete(name);
  }

  #assertNamesFree(tenant: Tenant): void {
    const own = tenant.id.toLowerCase();
    const taken = (name: string): boolean => {
      const holder = this.#names.get(name) ?? (this.#records.has(name) ? name : undefined);
      return holder !== undefined && holder !== own;
    };
    if (taken(tenant.domain)) throw new TenantExistsError('domain', tenant.domain);
    const alias = tenant.aliases.find(taken);
    if (alias !== undefined) throw new TenantExistsError('aliases', alias);
  }
}

function namesOf(tenant: Tenant): string[] {
  return [tenant.domain, ...tenant.aliases];
}
