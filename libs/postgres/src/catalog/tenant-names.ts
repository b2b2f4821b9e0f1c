import { TenantExistsError } from '@tenantry/core';
import { keyOf } from './tenant-row.js';
import type { Tenant } from '@tenantry/core';
import type { SqlSession } from '../sql/sql-database.js';

type NameKind = 'id' | 'domain' | 'aliases';

/**
 * Takes every name of a new tenant, its id first.
 *
 * @throws `MT_TENANT_EXISTS` naming the field
 * @internal
 */
export async function takeNames(tx: SqlSession, tenant: Tenant): Promise<void> {
  await insertNames(tx, tenant, namesOf(tenant));
}

/**
 * Takes the names that a tenant gains and frees those that it loses. Its id stays.
 *
 * @throws `MT_TENANT_EXISTS` naming the field
 * @internal
 */
export async function changeNames(tx: SqlSession, current: Tenant, next: Tenant): Promise<void> {
  const [before, after] = [namesOf(current), namesOf(next)];
  await insertNames(tx, next, new Map([...after].filter(([name]) => !before.has(name))));
  const lost = [...before.keys()].filter((name) => !after.has(name));
  if (lost.length > 0) await tx.query('delete from tenantry.tenant_names where name = any($1::text[])', [lost]);
}

/**
 * Frees the domain and aliases of a tenant, and tombstones its id: the id cannot be taken again.
 *
 * @internal
 */
export async function tombstoneNames(tx: SqlSession, tenant: Tenant): Promise<void> {
  const key = keyOf(tenant.id);
  await tx.query('delete from tenantry.tenant_names where tenant_key = $1 and name <> $1', [key]);
  await tx.query('update tenantry.tenant_names set tenant_key = null, deleted_at = now() where name = $1', [key]);
}

/** In the order in which a clash is reported. A domain that equals the id is covered by the id's own row. */
function namesOf(tenant: Tenant): Map<string, NameKind> {
  const names = new Map<string, NameKind>([[keyOf(tenant.id), 'id']]);
  if (!names.has(tenant.domain)) names.set(tenant.domain, 'domain');
  for (const alias of tenant.aliases) if (!names.has(alias)) names.set(alias, 'aliases');
  return names;
}

async function insertNames(tx: SqlSession, tenant: Tenant, names: ReadonlyMap<string, NameKind>): Promise<void> {
  if (names.size === 0) return;
  // Sorted, so that two that want the same names wait for each other in one order and cannot deadlock.
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  const { rows } = await tx.query<{ name: string }>(
    `insert into tenantry.tenant_names (name, kind, tenant_key)
     select n.name, n.kind, $3 from unnest($1::text[], $2::text[]) with ordinality as n (name, kind, position) order by n.position
     on conflict (name) do nothing returning name`,
    [sorted.map(([name]) => name), sorted.map(([, kind]) => kind), keyOf(tenant.id)],
  );
  const taken = new Set(rows.map(({ name }) => name));
  for (const [name, kind] of names) {
    if (!taken.has(name)) throw new TenantExistsError(kind, kind === 'id' ? tenant.id : name);
  }
}
