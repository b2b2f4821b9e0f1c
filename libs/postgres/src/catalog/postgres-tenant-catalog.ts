import {
  canonicalIdentifier,
  isDomain,
  isTenantId,
  SUPER_TENANT,
  SUPER_TENANT_ID,
  TenantUnknownError,
} from '@tenantry/core';
import {
  assertChangeable,
  catalogError,
  changedTenantRecord,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from '@tenantry/core/spi';
import { listTenants } from './tenant-list.js';
import {
  findRecord,
  findRecordByName,
  insertRecord,
  lockRecord,
  removeRecord,
  replaceRecord,
} from './tenant-records.js';
import { keyOf } from './tenant-row.js';
import type {
  NewTenant,
  Tenant,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChangeOptions,
  TenantChanges,
  TenantListQuery,
  TenantPage,
} from '@tenantry/core';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';

/**
 * The catalog of tenants in the schema `tenantry` of a PostgreSQL database. Run {@link migrateCatalog} first.
 *
 * Each change is one transaction that locks the tenant's record. Ids of deleted tenants stay taken. When the database
 * cannot be asked, every method throws `MT_CATALOG_UNAVAILABLE` with the driver's error as its cause; `null` always means
 * unknown. The database belongs to the caller, who closes it.
 */
export class PostgresTenantCatalog implements TenantCatalogReader, TenantCatalogWriter {
  readonly #database: SqlDatabase;

  /** @param database connected as a role with the rights of {@link grantCatalogSql} */
  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    if (canonicalIdentifier(identifier) !== identifier) return null;
    return available(() => findRecordByName(this.#database, identifier));
  }

  async findById(id: string): Promise<Tenant | null> {
    return available(() => findRecord(this.#database, id));
  }

  async list(query: TenantListQuery = {}): Promise<TenantPage> {
    return available(() => listTenants(this.#database, query));
  }

  async create(input: NewTenant): Promise<Tenant> {
    const tenant = newTenantRecord(input);
    return this.#transaction(async (tx) => {
      await insertRecord(tx, tenant);
      return tenant;
    });
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
    await this.#transaction(async (tx) => {
      const current = await lockTenant(tx, id);
      assertChangeable(current, options);
      await removeRecord(tx, current);
    });
  }

  async isDomainAvailable(domain: string): Promise<boolean> {
    if (!isDomain(domain)) return false;
    return available(async () => {
      const { rows } = await this.#database.query('select 1 from tenantry.tenant_names where name = $1', [domain]);
      return rows.length === 0;
    });
  }

  #replace(id: string, change: (current: Tenant) => Tenant): Promise<Tenant> {
    return this.#transaction(async (tx) => {
      const current = await lockTenant(tx, id);
      const next = change(current);
      if (next === current) return current;
      await replaceRecord(tx, current, next);
      return next;
    });
  }

  #transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return available(() => this.#database.transaction(fn));
  }
}

/** Separates an outage of the database from the refusals that the rules of the catalog throw. */
async function available<R>(ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw catalogError(error);
  }
}

async function lockTenant(tx: SqlSession, id: string): Promise<Tenant> {
  if (isTenantId(id) && keyOf(id) === SUPER_TENANT_ID) assertChangeable(SUPER_TENANT);
  const tenant = await lockRecord(tx, id);
  if (tenant === null) throw new TenantUnknownError(id);
  return tenant;
}
