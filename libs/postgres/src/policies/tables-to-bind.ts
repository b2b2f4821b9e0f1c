import type { SqlSession } from '../sql/sql-database.js';
import { hiddenNames } from './hidden-names.js';

/** A table that is to be a tenant's, as the system catalog has it. */
export interface TableToBind {
  readonly oid: string;
  /** Quoted with its schema. */
  readonly table: string;
  readonly name: string;
  /** `r` table, `p` partitioned table, and others, which have no row-level security. */
  readonly kind: string;
  /** Whether it gets its columns from another table of the set. */
  readonly inherits: boolean;
  /** Whether it is a partition, which gets its indexes too. */
  readonly partition: boolean;
  /** Whether it is a partition of a table that is not in the set. */
  readonly loosePartition: boolean;
  /** Parents that are not in the set, quoted with their schema. */
  readonly looseParents: readonly string[];
  /** Type of its column `tenant_id`; `null` = it has none. */
  readonly columnType: string | null;
  readonly columnNotNull: boolean;
  /** Whether an index of all rows begins with `tenant_id`. */
  readonly indexed: boolean;
  /** Whether row-level security is enabled and forced. */
  readonly secured: boolean;
  /** Conditions of our policy; `null` = it is not there as we make it. */
  readonly using: string | null;
  readonly check: string | null;
  /** Whether our policy uses functions or operators that its conditions do not name. */
  readonly hidden: boolean;
  /** Other policies for PUBLIC. */
  readonly others: readonly OtherPolicy[];
}

/** A policy beside ours. */
export interface OtherPolicy {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: string;
  readonly using: string | null;
  readonly check: string | null;
  /** Whether it uses functions or operators that its conditions do not name. */
  readonly hidden: boolean;
}

/** Which tables are meant: those of some object ids, or a schema but some names. */
export type TableChoice =
  { readonly oids: readonly string[] } | { readonly schema: string; readonly except: readonly string[] };

const BY_OID = 'select oid from unnest($1::text[]::oid[]) oid';

const BY_SCHEMA = `select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname <> all ($2::text[]) and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
      and d.objid = c.oid and d.deptype = 'e')`;

const HIDDEN = (name: string): string =>
  `exists (select from pg_catalog.pg_policy y where y.polrelid = c.oid and y.polname = ${name} and ${hiddenNames('y')})`;

const TABLES = (chosen: string): string => `
  with recursive chosen as (${chosen}),
  tree as (select oid from chosen union select h.inhrelid from pg_catalog.pg_inherits h join tree on tree.oid = h.inhparent)
  select c.oid::text as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as table, c.relname::text as name,
    c.relkind::text as kind, exists (select from pg_catalog.pg_inherits h join tree on tree.oid = h.inhparent
      where h.inhrelid = c.oid) as inherits, c.relispartition as partition,
    c.relispartition and not exists (select from pg_catalog.pg_inherits h join tree on tree.oid = h.inhparent
      where h.inhrelid = c.oid) as "loosePartition",
    (select coalesce(json_agg(pg_catalog.format('%I.%I', pn.nspname, pc.relname) order by pn.nspname, pc.relname), '[]')
      from pg_catalog.pg_inherits h join pg_catalog.pg_class pc on pc.oid = h.inhparent
      join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace
      where h.inhrelid = c.oid and h.inhparent not in (select oid from tree)) as "looseParents",
    (select coalesce(json_agg(json_build_object('name', o.policyname, 'permissive', o.permissive = 'PERMISSIVE',
        'command', o.cmd, 'using', o.qual, 'check', o.with_check,
        'hidden', ${HIDDEN('o.policyname')}) order by o.policyname), '[]')
      from pg_catalog.pg_policies o where o.schemaname = n.nspname and o.tablename = c.relname
        and o.policyname <> 'tenant_isolation' and 'public' = any (o.roles)) as others,
    pg_catalog.format_type(a.atttypid, null) as "columnType", coalesce(a.attnotnull, false) as "columnNotNull",
    exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisvalid and i.indpred is null
      and i.indkey[0] = a.attnum) as indexed,
    c.relrowsecurity and c.relforcerowsecurity as secured, p.qual as using, p.with_check as check,
    ${HIDDEN(`'tenant_isolation'`)} as hidden
  from tree join pg_catalog.pg_class c on c.oid = tree.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  left join pg_catalog.pg_policies p on p.schemaname = n.nspname and p.tablename = c.relname
    and p.policyname = 'tenant_isolation' and p.cmd = 'ALL' and p.permissive = 'PERMISSIVE' and p.roles = '{public}'
  order by inherits, 2`;

/**
 * Reads the chosen tables with their partitions and children; those that give columns come before those that get them.
 *
 * The search path has to be {@link PLAIN_SEARCH_PATH}.
 * @internal
 */
export async function readTablesToBind(session: SqlSession, choice: TableChoice): Promise<TableToBind[]> {
  const [text, params] =
    'oids' in choice ? [TABLES(BY_OID), [choice.oids]] : [TABLES(BY_SCHEMA), [choice.schema, choice.except]];
  const { rows } = await session.query<TableToBind>(text, params);
  return rows;
}

/**
 * Whether a table has rows that belong to no tenant yet.
 *
 * @throws the driver's error where row-level security would hide rows from this role
 * @internal
 */
export async function hasRowsWithoutTenant(session: SqlSession, { table, columnType }: TableToBind): Promise<boolean> {
  await session.query(`select set_config('row_security', 'off', true)`, []);
  const condition = columnType === null ? 'true' : 'tenant_id is null';
  const { rows } = await session.query<{ some: boolean }>(
    `select exists (select from ${table} where ${condition}) as some`,
    [],
  );
  return rows[0]?.some ?? false;
}
