import { ArgumentInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { retriedRoleSql } from '../../sql/concurrent-sql.js';
import { checkedRole, parsedTable, quotedName, quotedTable } from '../../sql/sql-identifier.js';
import { scramVerifier } from './scram-verifier.js';

/** Beginning of the name of each bound role, if nothing else is said. */
export const BOUND_ROLE_PREFIX = 'tenant:';

const PREFIX = /^[a-z][a-z0-9_]{0,30}:$/;
const PREFIX_RANGE = '1 to 31 of a-z 0-9 _, beginning with a letter, then a colon';
const MAX_NAME_BYTES = 63;

/** Which role is meant. */
export interface BoundRole {
  /** The tenant's id as the catalog spells it. */
  readonly tenantId: string;
  /** Distinguishes the roles of one application from those of others on the same server. Default {@link BOUND_ROLE_PREFIX}. */
  readonly prefix?: string;
}

/** How {@link boundRoleSql} makes a role. */
export interface NewBoundRole extends BoundRole {
  /** 1 to 256 printable ASCII characters; only its SCRAM verifier is in the SQL. */
  readonly password: string;
  /**
   * Role whose rights it gets, by membership: a group that cannot log in and has rights on the tenants' tables and nothing else.
   * Never the application's own role, with which injected SQL could change placements, or the role's password.
   */
  readonly memberOf: string;
}

/**
 * The login role of a tenant: the prefix and the id as it is. So no two tenants share one, and policies read the tenant off it.
 *
 * @throws `MT_TENANT_IDENTIFIER_INVALID`; `MT_ARGUMENT_INVALID` for a malformed prefix, and for an id too long to fit beside it
 *   in the 63 bytes of a name
 */
export function boundRoleName({ tenantId, prefix = BOUND_ROLE_PREFIX }: BoundRole): string {
  const name = `${checkedPrefix(prefix)}${checkedTenantId(tenantId)}`;
  if (name.length <= MAX_NAME_BYTES) return name;
  const maxIdLength = MAX_NAME_BYTES - prefix.length;
  throw new ArgumentInvalidError('tenantId', tenantId, `at most ${maxIdLength} characters with the prefix ${prefix}`);
}

/**
 * SQL that makes the login role of a tenant, or renews its password. Run it in the database of the tables, as a role that may
 * create roles; it can be run again, also by several nodes at once, and in several databases of one server.
 *
 * The SQL itself fails, and changes nothing, where the role would get at a role that can log in, is a superuser, bypasses
 * row-level security, may create roles, owns tables or may use the schema `tenantry`: by `memberOf` or by an older membership.
 *
 * @returns one statement
 * @throws `MT_ARGUMENT_INVALID`, `MT_TENANT_IDENTIFIER_INVALID`
 */
export function boundRoleSql(role: NewBoundRole): string {
  const [name, group] = [boundRoleName(role), quotedName('memberOf', checkedRole(role.memberOf))];
  return retriedRoleSql([
    `if not exists (select from pg_catalog.pg_roles where rolname operator(pg_catalog.=) '${name}') then create role "${name}"; end if;`,
    `alter role "${name}" with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit password '${scramVerifier(role.password)}';`,
    `alter role "${name}" set tenantry.tenant_id = '${role.tenantId}';`,
    membershipSql(name, group),
  ]);
}

// PostgreSQL 15 does not know WITH INHERIT ..., SET ...: hence EXECUTE, which reads its text only when it is run.
function membershipSql(name: string, group: string): string {
  return `declare reached record; begin
  if current_setting('server_version_num')::int < 160000 then grant ${group} to "${name}";
  else execute 'grant ${group} to "${name}" with inherit true, set false'; end if;
  select * into reached from (
    select r.rolname, case
      when r.rolsuper then 'is a superuser'
      when r.rolbypassrls then 'bypasses row-level security'
      when r.rolcreaterole then 'may create roles'
      when r.rolcanlogin then 'can log in'
      when exists (select from pg_catalog.pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p')) then 'owns tables'
      when exists (select from pg_catalog.pg_namespace n where n.nspname = 'tenantry'
        and pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage')) then 'may use the schema tenantry' end as why
    from pg_catalog.pg_roles r where r.rolname <> '${name}' and pg_catalog.pg_has_role('${name}', r.oid, 'member')
  ) roles where why is not null;
  if found then
    raise exception 'Role "${name}" would get at role "%", which %.', reached.rolname, reached.why
      using hint = 'Give memberOf a role that is NOLOGIN and has rights on the tables of tenants only, and revoke older memberships.';
  end if;
end;`;
}

/**
 * SQL that removes the login role of a tenant. It can be run again, also by several nodes at once; connections that are open stay open.
 *
 * @throws `MT_ARGUMENT_INVALID`, `MT_TENANT_IDENTIFIER_INVALID`
 */
export function dropBoundRoleSql(role: BoundRole): string {
  return retriedRoleSql([`drop role if exists "${boundRoleName(role)}";`]);
}

/**
 * SQL that binds a table, with its partitions and the tables that inherit from it, to login roles of tenants: row-level security
 * with a restrictive policy beside that of `tenantTableSql`. A session logged in as a bound role reaches the rows of its tenant
 * only, whatever it sets, resets or assumes; others are not affected, except that a partition without another policy of its own
 * (see `tenantPoliciesSql`) can be reached through its table only.
 *
 * Run it as the owner of the tables. It can be run again, and has to be when a partition or a child was attached.
 *
 * @param table `table` or `schema.table`
 * @param prefix as of the roles
 * @returns one statement
 * @throws `MT_ARGUMENT_INVALID`
 */
export function boundTableSql(table: string, prefix: string = BOUND_ROLE_PREFIX): string {
  const [quoted, start] = [quotedTable(parsedTable(table)), checkedPrefix(prefix)];
  // session_user, which only a superuser can change, and not current_user, which SET ROLE changes.
  const own = `(not starts_with(session_user, '${start}') or tenant_id = substr(session_user, ${start.length + 1}))`;
  // The lock comes first: no partition is attached between the check and the policy.
  return `do $$ declare bound regclass; begin
  lock table ${quoted} in access exclusive mode;
  for bound in with recursive tree as (select '${quoted}'::regclass::oid as id
    union select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.id) select id from tree
  loop
    execute format('alter table %s enable row level security', bound);
    execute format('drop policy if exists tenant_bound on %s', bound);
    execute format($policy$create policy tenant_bound on %s as restrictive using ${own} with check ${own}$policy$, bound);
  end loop;
end $$;`;
}

function checkedPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new ArgumentInvalidError('prefix', prefix, PREFIX_RANGE);
  }
  return prefix;
}
