import type { SqlSession } from '../sql/sql-database.js';
import { reachable } from './reachable-role.js';

/** A policy of a table. */
export interface TablePolicy {
  readonly name: string;
  readonly command: PolicyCommand;
  readonly permissive: boolean;
  readonly using: string | null;
  readonly check: string | null;
  /** Whether it is for every role. */
  readonly everyone: boolean;
  /** Whether it is for the current role. */
  readonly applies: boolean;
  /** Whether the current role may change to one that it is for. */
  readonly reachable: boolean;
}

/** What a policy is for. */
export type PolicyCommand = 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** Who was granted what beyond reading and writing rows; `null` = everybody. */
interface TableGrant {
  readonly privilege: 'TRUNCATE' | 'REFERENCES' | 'TRIGGER';
  readonly grantees: readonly (string | null)[];
}

/** A table or view as the system catalog has it. */
export interface TableFacts {
  readonly oid: string;
  /** Quoted with its schema. */
  readonly qualified: string;
  readonly name: string;
  /** `r` table, `p` partitioned table, `v` view, `m` materialized view, and others. */
  readonly kind: string;
  /** Whether it is a partition or child of another table of the set. */
  readonly child: boolean;
  /** Whether rows of another table of the set are its rows too. */
  readonly parent: boolean;
  readonly securityInvoker: boolean;
  /** Text of a view. */
  readonly definition: string | null;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** Whether the current role owns it, itself or through a membership. */
  readonly owned: boolean;
  /** Type of its column `tenant_id`; `null` = it has none. */
  readonly columnType: string | null;
  /** What the current role may do with its rows: some of SELECT, INSERT, UPDATE, DELETE. */
  readonly commands: readonly Exclude<PolicyCommand, 'ALL'>[];
  readonly grants: readonly TableGrant[];
  readonly policies: readonly TablePolicy[];
}

/** SQL that tells whether the current role may do anything with a relation `c` in a namespace `n`. @internal */
export const USABLE = `pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  and (pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
    or pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))`;

const OURS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'tenantry') and n.nspname not like 'pg\\_temp\\_%'
  and not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::regclass
    and x.objid = c.oid and x.deptype = 'e')`;

const UNLISTED = `
  with recursive named as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and ${OURS} and exists (select from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    union select oid from unnest($1::text[]::oid[]) oid
    union select h.inhrelid from pg_catalog.pg_inherits h join named on named.oid = h.inhparent),
  family as (select oid from named
    union select h.inhparent from pg_catalog.pg_inherits h join family on family.oid = h.inhrelid)
  select c.oid::text as oid from family join pg_catalog.pg_class c on c.oid = family.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid <> all ($1::text[]::oid[]) and c.oid <> all ($2::text[]::oid[]) and ${USABLE}
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
  where c.relkind in ('v', 'm') and c.oid <> all ($1::text[]::oid[]) and c.oid <> all ($2::text[]::oid[]) and ${USABLE}
  order by n.nspname, c.relname`;

const COMMANDS = `(select coalesce(json_agg(p.command order by p.place), '[]')
  from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality p(command, place)
  where pg_catalog.has_table_privilege(c.oid, p.command)
    or case when p.command <> 'DELETE' then pg_catalog.has_any_column_privilege(c.oid, p.command) else false end)`;

const GRANTS = `(select coalesce(json_agg(json_build_object('privilege', g.privilege, 'grantees', g.grantees)), '[]') from (
  select x.privilege_type as privilege, json_agg(distinct r.rolname) as grantees
  from pg_catalog.aclexplode(c.relacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee
  where x.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER') and x.grantee <> c.relowner
    and (x.grantee = 0 or ${reachable('nullif(x.grantee, 0)')})
  group by 1 order by 1 desc) g)`;

const POLICIES = `(select coalesce(json_agg(json_build_object('name', p.polname, 'permissive', p.polpermissive,
    'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
    'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
    'everyone', 0 = any (p.polroles), 'applies', 0 = any (p.polroles) or exists (select from unnest(p.polroles) o(oid)
      where pg_catalog.pg_has_role(current_user, nullif(o.oid, 0), 'USAGE')),
    'reachable', 0 = any (p.polroles) or exists (select from unnest(p.polroles) o(oid) where ${reachable('nullif(o.oid, 0)')}))
  order by p.polname), '[]') from pg_catalog.pg_policy p where p.polrelid = c.oid)`;

const TABLES = `
  select c.oid::text as oid, '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"' as qualified, c.relname::text as name, c.relkind::text as kind,
    c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
    exists (select from pg_catalog.pg_inherits h where h.inhrelid = c.oid and h.inhparent = any ($1::text[]::oid[])) as child,
    exists (select from pg_catalog.pg_inherits h where h.inhparent = c.oid and h.inhrelid = any ($1::text[]::oid[])) as parent,
    case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end as definition,
    ${reachable('c.relowner')} as owned, pg_catalog.format_type(a.atttypid, null) as "columnType",
    coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) o
      where o.option_name = 'security_invoker'), false) as "securityInvoker",
    ${COMMANDS} as commands, ${GRANTS} as grants, ${POLICIES} as policies
  from unnest($1::text[]::oid[]) with ordinality s(oid, place)
  join pg_catalog.pg_class c on c.oid = s.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  order by s.place`;

/** Object ids of named tables and views, `null` where there is none. @internal */
export async function readOids(tx: SqlSession, names: readonly string[]): Promise<(string | null)[]> {
  const { rows } = await tx.query<{ oid: string | null }>(
    'select pg_catalog.to_regclass(s.name)::oid::text as oid from unnest($1::text[]) with ordinality s(name, place) order by s.place',
    [names],
  );
  return rows.map(({ oid }) => oid);
}

/** Tables with a column `tenant_id`, and the partitions, children and parents of these and of listed ones, that the role may use. @internal */
export function readUnlisted(tx: SqlSession, listed: readonly string[], ignored: readonly string[]): Promise<string[]> {
  return readOidsOf(tx, UNLISTED, listed, ignored);
}

/** Views and materialized views over tables, also over views over them, that the role may use. @internal */
export function readViews(tx: SqlSession, tables: readonly string[], ignored: readonly string[]): Promise<string[]> {
  return readOidsOf(tx, VIEWS, tables, ignored);
}

/** What the system catalog knows of tables and views, in their order. @internal */
export async function readTables(tx: SqlSession, oids: readonly string[]): Promise<TableFacts[]> {
  const { rows } = await tx.query<TableFacts>(TABLES, [oids]);
  return rows;
}

async function readOidsOf(tx: SqlSession, text: string, ...params: readonly (readonly string[])[]): Promise<string[]> {
  const { rows } = await tx.query<{ oid: string }>(text, params);
  return rows.map(({ oid }) => oid);
}
