import { finding } from './isolation-finding.js';
import { reachable } from './reachable-role.js';
import { revokeSql } from './revoke-sql.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { Grant } from './revoke-sql.js';

interface CatalogGrant extends Grant {
  /** `table x` or `function x(…)`, as SQL names it. */
  readonly on: string;
}

const OTHERS = (owner: string): string =>
  `coalesce(json_agg(distinct o.rolname) filter (where x.grantor <> ${owner}), '[]') as grantors`;
const IN_REACH = `(x.grantee = 0 or ${reachable('nullif(x.grantee, 0)', '$1')})`;
const ROLES = `left join pg_catalog.pg_roles r on r.oid = x.grantee left join pg_catalog.pg_roles o on o.oid = x.grantor`;

// $1: roles in reach. PostgreSQL grants none of these to roles that are made by hand.
const GRANTS = `
  select 'table pg_catalog.' || c.relname as on, 'SELECT' as privilege, json_agg(distinct r.rolname) as grantees, ${OTHERS('c.relowner')}
  from pg_catalog.pg_class c cross join lateral (select y.* from pg_catalog.aclexplode(c.relacl) y
    union all select y.* from pg_catalog.pg_attribute a cross join lateral pg_catalog.aclexplode(a.attacl) y
      where a.attrelid = c.oid) x ${ROLES}
  where c.relnamespace = 'pg_catalog'::regnamespace and x.privilege_type = 'SELECT' and x.grantee <> c.relowner and ${IN_REACH}
    and c.relname in ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_authid', 'pg_user_mapping')
  group by c.relname
  union all
  select pg_catalog.format('function %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)), 'EXECUTE',
    json_agg(distinct r.rolname), ${OTHERS('p.proowner')}
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  cross join lateral pg_catalog.aclexplode(p.proacl) x ${ROLES}
  where x.privilege_type = 'EXECUTE' and x.grantee <> p.proowner and ${IN_REACH}
    and (p.proname = 'dblink_connect_u' or n.nspname = 'pg_catalog'
      and p.proname in ('pg_read_file', 'pg_read_binary_file', 'lo_import', 'lo_export'))
  group by n.nspname, p.proname, p.oid
  order by 1`;

/**
 * Parts of the system catalog, and functions, that PostgreSQL reserves to superusers because they have values of any row, files
 * or passwords, and that a role in reach was granted.
 *
 * @internal
 */
export async function catalogFindings(tx: SqlSession, roles: readonly string[]): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<CatalogGrant>(GRANTS, [roles]);
  return rows.map((grant) =>
    finding(
      ['catalog-readable', 'error'],
      grant.on,
      'is open to the role, and has values, files or passwords that no policy guards',
      { sql: revokeSql(grant, grant.on) },
    ),
  );
}
