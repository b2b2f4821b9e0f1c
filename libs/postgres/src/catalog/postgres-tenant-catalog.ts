import {
  assertChangeable,
  canonicalIdentifier,
  CatalogUnavailableError,
  changedTenantRecord,
  isDomain,
  isTenantId,
  MultitenancyError,
  newTenantRecord,
  renamedTenantRecord,
  SUPER_TENANT,
  SUPER_TENANT_ID,
  TenantExistsError,
  TenantStaleError,
  TenantUnknownError,
  transitionedTenantRecord,
} from '@tenantry/core';
import { listTenants } from './tenant-list.js';
import { buryNames, changeNames, takeNames } from './tenant-names.js';
import { keyOf, TENANT_COLUMNS, tenantOf, tenantParams } from './tenant-row.js';
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
import type { TenantRow } from './tenant-row.js';

const FIND_BY_NAME = `
  select ${TENANT_COLUMNS} from tenantry.tenant_names n join tenantry.tenants t on t.key = n.tenant_key where n.name = $1`;
const FIND_BY_KEY = `select ${TENANT_COLUMNS} from tenantry.tenants t where t.key = $1`;
const INSERT = `
  insert into tenantry.tenants (key, id, domain, aliases, name, status, plan, settings, generation)
  values ($1, $2, $3, $4::text[], $5, $6, $7, $8::json, $9) on conflict (key) do nothing`;
const UPDATE = `
  update tenantry.tenants set domain = $3, aliases = $4::text[], name = $5, status = $6, plan = $7, settings = $8::json,
    generation = $9, updated_at = now()
  where key = $1 and id = $2 and generation = $10`;

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
    return available(() => findOne(this.#database, FIND_BY_NAME, identifier));
  }

  async findById(id: string): Promise<Tenant | null> {
    if (!isTenantId(id)) return null;
    return available(() => findOne(this.#database, FIND_BY_KEY, keyOf(id)));
  }

  async list(query: TenantListQuery = {}): Promise<TenantPage> {
    return available(() => listTenants(this.#database, query));
  }

  async create(input: NewTenant): Promise<Tenant> {
    const tenant = newTenantRecord(input);
    const params = tenantParams(tenant);
    return this.#transaction(async (tx) => {
      const { rowCount } = await tx.query(INSERT, params);
      if (rowCount === 0) throw new TenantExistsError('id', tenant.id);
      await takeNames(tx, tenant);
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
      await buryNames(tx, current);
      await tx.query('delete from tenantry.tenants where key = $1', [keyOf(current.id)]);
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
      await changeNames(tx, current, next);
      await writeTenant(tx, current, next);
      return next;
    });
  }

  #transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return available(() => this.#database.transaction(fn));
  }
}

/** Tells an outage of the database from the refusals that the rules of the catalog throw. */
async function available<R>(ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof MultitenancyError ? error : new CatalogUnavailableError(error);
  }
}

async function findOne(session: SqlSession, sql: string, param: string): Promise<Tenant | null> {
  const { rows } = await session.query<TenantRow>(sql, [param]);
  return rows[0] === undefined ? null : tenantOf(rows[0]);
}

async function lockTenant(tx: SqlSession, id: string): Promise<Tenant> {
  if (!isTenantId(id)) throw new TenantUnknownError(id);
  if (keyOf(id) === SUPER_TENANT_ID) assertChangeable(SUPER_TENANT);
  const tenant = await findOne(tx, `${FIND_BY_KEY} for update`, keyOf(id));
  if (tenant === null) throw new TenantUnknownError(id);
  return tenant;
}

async function writeTenant(tx: SqlSession, current: Tenant, next: Tenant): Promise<void> {
  const { rowCount } = await tx.query(UPDATE, [...tenantParams(next), current.generation]);
  if (rowCount !== 1) throw new TenantStaleError(current.id, current.generation, next.generation);
}
