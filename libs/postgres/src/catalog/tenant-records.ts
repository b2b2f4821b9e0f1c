import { isTenantId, TenantExistsError, TenantStaleError } from '@tenantry/core';
import { tombstoneNames, changeNames, takeNames } from './tenant-names.js';
import { keyOf, TENANT_COLUMNS, tenantOf, tenantParams } from './tenant-row.js';
import type { Tenant } from '@tenantry/core';
import type { SqlSession } from '../sql/sql-database.js';
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

/** The record that has a name: an id in lower case, a domain or an alias. @internal */
export async function findRecordByName(session: SqlSession, name: string): Promise<Tenant | null> {
  return findOne(session, FIND_BY_NAME, name);
}

/** The record of an id, without regard to case. @internal */
export async function findRecord(session: SqlSession, id: string): Promise<Tenant | null> {
  return isTenantId(id) ? findOne(session, FIND_BY_KEY, keyOf(id)) : null;
}

/** As {@link findRecord}, and locks the record until the transaction ends. @internal */
export async function lockRecord(tx: SqlSession, id: string): Promise<Tenant | null> {
  return isTenantId(id) ? findOne(tx, `${FIND_BY_KEY} for update`, keyOf(id)) : null;
}

/** Records a new tenant and takes its names. @throws `MT_TENANT_EXISTS` @internal */
export async function insertRecord(tx: SqlSession, tenant: Tenant): Promise<void> {
  const { rowCount } = await tx.query(INSERT, tenantParams(tenant));
  if (rowCount === 0) throw new TenantExistsError('id', tenant.id);
  await takeNames(tx, tenant);
}

/** Puts a record, and its names, in the place of the locked one. @throws `MT_TENANT_EXISTS`, `MT_TENANT_STALE` @internal */
export async function replaceRecord(tx: SqlSession, current: Tenant, next: Tenant): Promise<void> {
  await changeNames(tx, current, next);
  const { rowCount } = await tx.query(UPDATE, [...tenantParams(next), current.generation]);
  if (rowCount !== 1) throw new TenantStaleError(current.id, current.generation, next.generation);
}

/** Removes the locked record. Its id stays taken; its other names are free. @internal */
export async function removeRecord(tx: SqlSession, current: Tenant): Promise<void> {
  await tombstoneNames(tx, current);
  await tx.query('delete from tenantry.tenants where key = $1', [keyOf(current.id)]);
}

async function findOne(session: SqlSession, sql: string, param: string): Promise<Tenant | null> {
  const { rows } = await session.query<TenantRow>(sql, [param]);
  return rows[0] === undefined ? null : tenantOf(rows[0]);
}
