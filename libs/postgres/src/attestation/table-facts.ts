import type { SqlSession } from '../sql/sql-database.js';
import { hiddenNames } from '../policies/hidden-names.js';
import { reachable } from './reachable-role.js';
import type { Grant } from './revoke-sql.js';

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
  /** Whether it is for a role in reach. */
  readonly reachable: boolean;
  /** Whether it uses functions or operators that its conditions, as they are printed, do not name. */
  readonly hidden: boolean;
}

/** What a policy is for. */
export type PolicyCommand = 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** A right beyond reading and writing rows. */
export interface TableGrant extends Grant {
  readonly privilege: 'TRUNCATE' | 'REFERENCES' | 'TRIGGER' | 'MAINTAIN';
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
  /** Whether a role in reach owns it, itself or through a membership. */
  readonly owned: boolean;
  /** Type of its column `tenant_id`; `null` = it has none. */
  readonly columnType: string | null;
  /** Whether the collation of `tenant_id` takes different texts for equal. */
  readonly inexact: boolean;
  /** What the current role may do with its rows: some of SELECT, INSERT, UPDATE, DELETE. */
  readonly commands: readonly Exclude<PolicyCommand, 'ALL'>[];
  readonly grants: readonly TableGrant[];
  /** Who may read it beside its owner; `null` = PUBLIC. */
  readonly readers: readonly (string | null)[];
  readonly policies: readonly TablePolicy[];
  /** The columns of each unique key that holds for every row. */
  readonly uniqueKeys: readonly (readonly string[])[];
}

// $1: tables; $2: roles in reach.
const COMMANDS = `(select coalesce(json_agg(p.command order by p.place), '[]')
  from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality p(command, place)
  where pg_catalog.has_table_privilege(c.oid, p.command)
    or case when p.command <> 'DELETE' then pg_catalog.has_any_column_privilege(c.oid, p.command) else false end)`;

const ACL = `(select x.* from pg_catalog.aclexplode(c.relacl) x
  union all select x.* from pg_catalog.pg_attribute a cross join lateral pg_catalog.aclexplode(a.attacl) x where a.attrelid = c.oid)`;

const GRANTS = `(select coalesce(json_agg(json_build_object('privilege', g.privilege, 'grantees', g.grantees, 'grantors', g.grantors)), '[]') from (
  select x.privilege_type as privilege, json_agg(distinct r.rolname) as grantees,
    coalesce(json_agg(distinct o.rolname) filter (where x.grantor <> c.relowner), '[]') as grantors
  from ${ACL} x left join pg_catalog.pg_roles r on r.oid = x.grantee left join pg_catalog.pg_roles o on o.oid = x.grantor
  where x.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') and x.grantee <> c.relowner
    and (x.grantee = 0 or ${reachable('nullif(x.grantee, 0)', '$2')})
  group by 1 order by 1 desc) g)`;

const READERS = `(select coalesce(json_agg(distinct r.rolname), '[]') from ${ACL} x left join pg_catalog.pg_roles r on r.oid = x.grantee
  where x.privilege_type = 'SELECT' and x.grantee <> c.relowner)`;

const POLICIES = `(select coalesce(json_agg(json_build_object('name', p.polname, 'permissive', p.polpermissive,
    'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
    'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
    'everyone', 0 = any (p.polroles), 'applies', 0 = any (p.polroles) or exists (select from unnest(p.polroles) o(oid)
      where pg_catalog.pg_has_role(current_user, nullif(o.oid, 0), 'USAGE')),
    'reachable', 0 = any (p.polroles) or exists (select from unnest(p.polroles) o(oid) where ${reachable('nullif(o.oid, 0)', '$2')}),
    'hidden', ${hiddenNames('p')})
  order by p.polname), '[]') from pg_catalog.pg_policy p where p.polrelid = c.oid)`;

const UNIQUE_KEYS = `(select coalesce(json_agg(k.columns), '[]') from pg_catalog.pg_index i
  cross join lateral (select json_agg(a.attname) as columns from pg_catalog.pg_attribute a where a.attrelid = c.oid
    and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])) k
  where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null)`;

const TABLES = `
  select c.oid::text as oid, '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"' as qualified, c.relname::text as name, c.relkind::text as kind,
    c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
    exists (select from pg_catalog.pg_inherits h where h.inhrelid = c.oid and h.inhparent = any ($1::text[]::oid[])) as child,
    exists (select from pg_catalog.pg_inherits h where h.inhparent = c.oid and h.inhrelid = any ($1::text[]::oid[])) as parent,
    case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end as definition,
    ${reachable('c.relowner', '$2')} as owned, pg_catalog.format_type(a.atttypid, null) as "columnType",
    exists (select from pg_catalog.pg_collation k where k.oid = a.attcollation and not k.collisdeterministic) as inexact,
    coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) o
      where o.option_name = 'security_invoker'), false) as "securityInvoker",
    ${COMMANDS} as commands, ${GRANTS} as grants, ${READERS} as readers, ${POLICIES} as policies, ${UNIQUE_KEYS} as "uniqueKeys"
  from unnest($1::text[]::oid[]) with ordinality s(oid, place)
  join pg_catalog.pg_class c on c.oid = s.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  order by s.place`;

/** What the system catalog knows of tables and views, in their order. @internal */
export async function readTables(
  tx: SqlSession,
  oids: readonly string[],
  roles: readonly string[],
): Promise<TableFacts[]> {
  const { rows } = await tx.query<TableFacts>(TABLES, [oids, roles]);
  return rows;
}
