import type { SqlSession } from '../sql/sql-database.js';
import { usable } from './reachable-role.js';

/** A table of tenants, or one that shares rows with one. */
export interface TenantTable {
  readonly oid: string;
  readonly name: string;
  /** Whether it is checked itself: it is listed, or a role in reach may use it. */
  readonly isChecked: boolean;
}

const OURS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'tenantry') and n.nspname not like 'pg\\_temp\\_%'
  and not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::regclass
    and x.objid = c.oid and x.deptype = 'e')`;

// $1: listed; $2: ignored; $3: roles in reach.
const OF_TENANTS = `
  with recursive named as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and ${OURS} and exists (select from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    union select oid from unnest($1::text[]::oid[]) oid
    union select h.inhrelid from pg_catalog.pg_inherits h join named on named.oid = h.inhparent),
  family as (select oid from named
    union select h.inhparent from pg_catalog.pg_inherits h join family on family.oid = h.inhrelid)
  select c.oid::text as oid, c.relname::text as name, c.oid = any ($1::text[]::oid[]) or (${usable('$3')}) as "isChecked"
  from family join pg_catalog.pg_class c on c.oid = family.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid <> all ($2::text[]::oid[]) or c.oid = any ($1::text[]::oid[])
  order by n.nspname, c.relname`;

const VIEWS = `
  with recursive family as (
    select oid from unnest($1::text[]::oid[]) oid
    union select h.inhparent from pg_catalog.pg_inherits h join family on family.oid = h.inhrelid),
  reached as (
    select oid from family
    union select r.ev_class from reached
      join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = reached.oid
        and d.classid = 'pg_catalog.pg_rewrite'::regclass
      join pg_catalog.pg_rewrite r on r.oid = d.objid)
  select c.oid::text as oid from reached join pg_catalog.pg_class c on c.oid = reached.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and c.oid <> all ($1::text[]::oid[]) and c.oid <> all ($2::text[]::oid[]) and ${usable('$3')}
  order by n.nspname, c.relname`;

/**
 * Object ids of named tables and views, `null` where there is none. Each name of SQL has its schema here, for the names are
 * looked up on the search path of the application.
 *
 * @internal
 */
export async function readOids(tx: SqlSession, names: readonly string[]): Promise<(string | null)[]> {
  const { rows } = await tx.query<{ oid: string | null }>(
    `select pg_catalog.to_regclass(s.name)::pg_catalog.oid::pg_catalog.text as oid
      from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality s(name, place) order by s.place`,
    [names],
  );
  return rows.map(({ oid }) => oid);
}

/**
 * Listed tables, those with a column `tenant_id`, and the partitions, children and parents of all these.
 *
 * @param roles object ids of the roles in reach
 * @internal
 */
export async function readTenantTables(
  tx: SqlSession,
  listed: readonly string[],
  ignored: readonly string[],
  roles: readonly string[],
): Promise<TenantTable[]> {
  const { rows } = await tx.query<TenantTable>(OF_TENANTS, [listed, ignored, roles]);
  return rows;
}

/** Views and materialized views over tables, also over views over them, that a role in reach may use. @internal */
export async function readViews(
  tx: SqlSession,
  tables: readonly string[],
  ignored: readonly string[],
  roles: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ oid: string }>(VIEWS, [tables, ignored, roles]);
  return rows.map(({ oid }) => oid);
}
