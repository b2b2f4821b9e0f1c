import type { SqlSession } from '../sql/sql-database.js';

/** A unique key without the tenant's column. */
export interface UniqueKey {
  /** Object id of its index. */
  readonly index: string;
  /** Table, quoted with its schema. */
  readonly table: string;
  readonly schema: string;
  readonly name: string;
  /** `p` primary key, `u` unique constraint, `x` exclusion constraint, `i` unique index without a constraint. */
  readonly kind: 'p' | 'u' | 'x' | 'i';
  /** As the catalog writes it: the whole constraint, or what follows USING of an index; `null` = it cannot be read. */
  readonly definition: string | null;
}

/** A foreign key between tables, one of them at least a tenant's, that does not tie tenant to tenant. */
export interface ForeignKey {
  readonly name: string;
  /** Table that refers, quoted with its schema. */
  readonly table: string;
  readonly columns: readonly string[];
  /** Table that is referred to, quoted with its schema. */
  readonly target: string;
  readonly targetColumns: readonly string[];
  /** Object ids of both tables. */
  readonly tableOid: string;
  readonly targetOid: string;
  /** Object id of the index of the key that it refers to. */
  readonly targetIndex: string;
  /** `a` no action, `r` restrict, `c` cascade, `n` set null, `d` set default. */
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  /** Columns that ON DELETE SET sets; empty = all of them. */
  readonly setColumns: readonly string[];
  readonly matchFull: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly validated: boolean;
  readonly enforced: boolean;
  /** Whether it has a PERIOD. */
  readonly temporal: boolean;
}

/** What happens to rows that refer to a row that goes. */
export type ReferentialAction = 'a' | 'r' | 'c' | 'n' | 'd';

/** Keys of a set of tables that do not carry the tenant. */
export interface TenantlessKeys {
  readonly unique: readonly UniqueKey[];
  readonly foreign: readonly ForeignKey[];
}

const QUALIFIED = (relation: string, namespace: string): string =>
  `pg_catalog.format('%I.%I', ${namespace}.nspname, ${relation}.relname)`;

const UNIQUE = `
  select i.indexrelid::text as index, ${QUALIFIED('t', 'n')} as table, n.nspname::text as schema,
    coalesce(con.conname, ic.relname)::text as name, coalesce(con.contype::text, 'i') as kind,
    case when con.oid is not null then pg_catalog.pg_get_constraintdef(con.oid)
      when starts_with(d.text, d.prefix) then substr(d.text, length(d.prefix) + 1) end as definition
  from pg_catalog.pg_index i
  join pg_catalog.pg_class ic on ic.oid = i.indexrelid
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
  left join pg_catalog.pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')
  cross join lateral (select pg_catalog.pg_get_indexdef(i.indexrelid) as text,
    pg_catalog.format('CREATE UNIQUE INDEX %I ON %s%I.%I USING ', ic.relname,
      case when ic.relkind = 'I' then 'ONLY ' else '' end, n.nspname, t.relname) as prefix) d
  where i.indrelid = any($1::text[]::oid[]) and (i.indisunique or con.contype = 'x')
    and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid)
    and not exists (select from pg_catalog.pg_attribute a where a.attrelid = i.indrelid and a.attname = 'tenant_id'
      and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
  order by 2, 4`;

const COLUMNS = (numbers: string, table: string): string =>
  `(select coalesce(json_agg(a.attname order by k.place), '[]') from unnest(${numbers}) with ordinality k(number, place)
    join pg_catalog.pg_attribute a on a.attrelid = ${table} and a.attnum = k.number)`;

// The row as JSON has what newer servers added, and older ones do not miss it.
const FOREIGN = `
  select c.conname::text as name, ${QUALIFIED('t', 'tn')} as table, ${QUALIFIED('f', 'fn')} as target,
    c.conrelid::text as "tableOid", c.confrelid::text as "targetOid", c.conindid::text as "targetIndex",
    ${COLUMNS('c.conkey', 'c.conrelid')} as columns, ${COLUMNS('c.confkey', 'c.confrelid')} as "targetColumns",
    ${COLUMNS('c.confdelsetcols', 'c.conrelid')} as "setColumns",
    c.confupdtype::text as "onUpdate", c.confdeltype::text as "onDelete", c.confmatchtype = 'f' as "matchFull",
    c.condeferrable as deferrable, c.condeferred as deferred, c.convalidated as validated,
    coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) as enforced,
    coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false) as temporal
  from pg_catalog.pg_constraint c
  join pg_catalog.pg_class t on t.oid = c.conrelid join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  join pg_catalog.pg_class f on f.oid = c.confrelid join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
  where c.contype = 'f' and c.conparentid = 0
    and (c.conrelid = any($1::text[]::oid[]) or c.confrelid = any($1::text[]::oid[]))
    and not exists (select from unnest(c.conkey, c.confkey) k(own, other)
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own and a.attname = 'tenant_id'
      join pg_catalog.pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other and b.attname = 'tenant_id')
  order by 2, 1`;

/**
 * Reads the unique keys of tables, and the foreign keys from and to them, that do not carry the tenant.
 *
 * @param oids object ids of tables
 * @internal
 */
export async function readTenantlessKeys(session: SqlSession, oids: readonly string[]): Promise<TenantlessKeys> {
  const unique = await session.query<UniqueKey>(UNIQUE, [oids]);
  const foreign = await session.query<ForeignKey>(FOREIGN, [oids]);
  return { unique: unique.rows, foreign: foreign.rows };
}
