import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import { reachable } from './reachable-role.js';
import { revokeSql, rolesSql } from './revoke-sql.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { Grant } from './revoke-sql.js';

interface DefaultGrant {
  /** Whose new tables. */
  readonly owner: string;
  /** `null` = in every schema. */
  readonly schema: string | null;
  readonly privileges: readonly string[];
  readonly grantees: readonly (string | null)[];
}

interface SchemaGrant extends Grant {
  readonly schema: string;
}

const IN_REACH = `(x.grantee = 0 or ${reachable('nullif(x.grantee, 0)', '$2')})`;

// $1: tables of tenants; $2: roles in reach.
const DEFAULTS = `
  select o.rolname::text as owner, n.nspname::text as schema, json_agg(distinct x.privilege_type) as privileges,
    json_agg(distinct r.rolname) as grantees
  from pg_catalog.pg_default_acl d join pg_catalog.pg_roles o on o.oid = d.defaclrole
  left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
  cross join lateral pg_catalog.aclexplode(d.defaclacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee
  where d.defaclobjtype = 'r' and x.privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN')
    and x.grantee <> d.defaclrole and ${IN_REACH}
    and exists (select from pg_catalog.pg_class c where c.oid = any ($1::text[]::oid[]) and c.relowner = d.defaclrole
      and d.defaclnamespace in (0, c.relnamespace))
  group by 1, 2 order by 1, 2`;

/**
 * Rights that tables to come will grant by themselves, beyond reading and writing rows. Only those who own tables of tenants count.
 *
 * @internal
 */
export async function defaultPrivilegeFindings(
  tx: SqlSession,
  tables: readonly string[],
  roles: readonly string[],
): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<DefaultGrant>(DEFAULTS, [tables, roles]);
  return rows.map(({ owner, schema, privileges, grantees }) => {
    const [of, within] = [quotedIdentifier(owner), schema === null ? '' : ` in schema ${quotedIdentifier(schema)}`];
    const [rights, from] = [privileges.join(', '), rolesSql(grantees)];
    const sql = `alter default privileges for role ${of}${within} revoke ${rights.toLowerCase()} on tables from ${from};`;
    const what = `give ${rights} to ${from} on every table that is yet to come`;
    return finding(['privilege-default', 'warning'], `default privileges of ${of}${within}`, what, { sql });
  });
}

// A role that owns tables there must be able to create them; its ownership is found by itself.
const SCHEMAS = `
  select n.nspname::text as schema, 'CREATE' as privilege, json_agg(distinct r.rolname) as grantees,
    coalesce(json_agg(distinct o.rolname) filter (where x.grantor <> n.nspowner), '[]') as grantors
  from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) x
  left join pg_catalog.pg_roles r on r.oid = x.grantee left join pg_catalog.pg_roles o on o.oid = x.grantor
  where x.privilege_type = 'CREATE' and x.grantee <> n.nspowner and ${IN_REACH}
    and exists (select from pg_catalog.pg_class c where c.oid = any ($1::text[]::oid[]) and c.relnamespace = n.oid)
    and not exists (select from pg_catalog.pg_class c where c.relowner = x.grantee and c.relnamespace = n.oid)
  group by 1 order by 1`;

/**
 * Schemas of tenants' tables in which a role in reach may put things that the statements of other tenants come upon.
 *
 * @internal
 */
export async function schemaFindings(
  tx: SqlSession,
  tables: readonly string[],
  roles: readonly string[],
): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<SchemaGrant>(SCHEMAS, [tables, roles]);
  return rows.map((grant) => {
    const schema = `schema ${quotedIdentifier(grant.schema)}`;
    const what = `lets ${rolesSql(grant.grantees)} create functions, operators and tables that every tenant’s statements come upon`;
    return finding(['privilege-create', 'warning'], schema, what, { sql: revokeSql(grant, schema) });
  });
}
