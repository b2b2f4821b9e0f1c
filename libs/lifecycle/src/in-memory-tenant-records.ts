import { TenantExistsError, isTenantId } from '@tenantry/core';
import type { Tenant, TenantCatalogReader, TenantListQuery, TenantPage } from '@tenantry/core';
import { pageOf } from '@tenantry/core/spi';
import type { SynchronousTenantCatalog } from '@tenantry/core/spi';

/** Tenant records in the memory of this process, with their names. Writes are synchronous, hence atomic. */
export class InMemoryTenantRecords implements TenantCatalogReader, SynchronousTenantCatalog {
  /** Lower-cased id to record, or `null` for a deleted tenant, whose id stays taken. */
  readonly #records = new Map<string, Tenant | null>();
  /** Domain or alias to lower-cased id. */
  readonly #names = new Map<string, string>();

  peekByIdentifier(identifier: string): Tenant | null {
    return this.#records.get(identifier) ?? this.#records.get(this.#names.get(identifier) ?? '') ?? null;
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    return this.peekByIdentifier(identifier);
  }

  async findById(id: string): Promise<Tenant | null> {
    return this.get(id);
  }

  async list(query: TenantListQuery = {}): Promise<TenantPage> {
    return pageOf(this.#records, query);
  }

  /** The record by id, without regard to case. */
  get(id: string): Tenant | null {
    return isTenantId(id) ? (this.#records.get(id.toLowerCase()) ?? null) : null;
  }

  /**
   * Puts one record in the place of another. `null` = none: as `before` for a new tenant, as `after` for one that goes.
   *
   * @throws `MT_TENANT_EXISTS`; then nothing was written
   */
  replace(before: Tenant | null, after: Tenant | null): void {
    if (after !== null) this.#assertFree(before, after);
    for (const name of namesOf(before)) this.#names.delete(name);
    if (before !== null) this.#records.set(keyOf(before), null);
    if (after === null) return;
    this.#records.set(keyOf(after), after);
    for (const name of namesOf(after)) this.#names.set(name, keyOf(after));
  }

  #assertFree(before: Tenant | null, after: Tenant): void {
    const key = keyOf(after);
    if (before === null && (this.#records.has(key) || this.#names.has(key)))
      throw new TenantExistsError('id', after.id);
    const taken = (name: string): boolean => {
      const holder = this.#names.get(name) ?? (this.#records.has(name) ? name : undefined);
      return holder !== undefined && holder !== key;
    };
    if (taken(after.domain)) throw new TenantExistsError('domain', after.domain);
    const alias = after.aliases.find(taken);
    if (alias !== undefined) throw new TenantExistsError('aliases', alias);
  }
}

function keyOf({ id }: Tenant): string {
  return id.toLowerCase();
}

function namesOf(tenant: Tenant | null): readonly string[] {
  return tenant === null ? [] : [tenant.domain, ...tenant.aliases];
}
