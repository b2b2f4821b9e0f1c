import { isTenantId, TenantExistsError, TenantUnknownError, writtenTenant } from '@tenantry/core';
import type { CatalogWrite, Tenant } from '@tenantry/core';
import { buryNames, changeNames, takeNames } from '../catalog/tenant-names.js';
import { keyOf, TENANT_COLUMNS, tenantOf, tenantParams } from '../catalog/tenant-row.js';
import type { TenantRow } from '../catalog/tenant-row.js';
import type { SqlSession } from '../sql/sql-database.js';

const FIND = `select ${TENANT_COLUMNS} from tenantry.tenants t where t.key = $1`;
const INSERT = `
  insert into tenantry.tenants (key, id, domain, aliases, name, status, plan, settings, generation)
  values ($1, $2, $3, $4::text[], $5, $6, $7, $8::json, $9) on conflict (key) do nothing`;
const UPDATE = `
  update tenantry.tenants set id = $2, domain = $3, aliases = $4::text[], name = $5, status = $6, plan = $7,
    settings = $8::json, generation = $9, updated_at = now()
  where key = $1`;

/** A record before and after a write. */
export interface TenantWrite {
  readonly before: Tenant | null;
  /** Of a tenant that is removed, its last record. */
  readonly tenant: Tenant;
}

/** The record of a tenant; `null` = there is none. @internal */
export async function readTenant(session: SqlSession, tenantId: string): Promise<Tenant | null> {
  return isTenantId(tenantId) ? findOne(session, FIND, keyOf(tenantId)) : null;
}

/**
 * Does one write to the catalog, with the record locked until the transaction ends.
 *
 * @throws `MT_TENANT_EXISTS`, and what `writtenTenant` throws
 * @internal
 */
export async function writeTenant(tx: SqlSession, tenantId: string, write: CatalogWrite): Promise<TenantWrite> {
  if (write.type === 'create') return insertTenant(tx, writtenTenant(tenantId, null, write) as Tenant);
  if (!isTenantId(tenantId)) throw new TenantUnknownError(tenantId);
  const before = await findOne(tx, `${FIND} for update`, keyOf(tenantId));
  const after = writtenTenant(tenantId, before, write);
  const current = before as Tenant;
  if (after === null) await removeTenant(tx, current);
  else if (after !== current) await updateTenant(tx, current, after);
  return { before: current, tenant: after ?? current };
}

async function findOne(session: SqlSession, sql: string, key: string): Promise<Tenant | null> {
  const { rows } = await session.query<TenantRow>(sql, [key]);
  return rows[0] === undefined ? null : tenantOf(rows[0]);
}

async function insertTenant(tx: SqlSession, tenant: Tenant): Promise<TenantWrite> {
  const { rowCount } = await tx.query(INSERT, tenantParams(tenant));
  if (rowCount === 0) throw new TenantExistsError('id', tenant.id);
  await takeNames(tx, tenant);
  return { before: null, tenant };
}

async function updateTenant(tx: SqlSession, current: Tenant, next: Tenant): Promise<void> {
  await changeNames(tx, current, next);
  await tx.query(UPDATE, tenantParams(next));
}

async function removeTenant(tx: SqlSession, current: Tenant): Promise<void> {
  await buryNames(tx, current);
  await tx.query('delete from tenantry.tenants where key = $1', [keyOf(current.id)]);
}
