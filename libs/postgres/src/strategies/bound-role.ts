import { ArgumentInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { checkedRole, parsedTable, quotedName, quotedTable } from '../sql/sql-identifier.js';
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
  /** Tells the roles of one application from those of others on the same server. Default {@link BOUND_ROLE_PREFIX}. */
  readonly prefix?: string;
}

/** How {@link boundRoleSql} makes a role. */
export interface NewBoundRole extends BoundRole {
  /** 1 to 256 printable ASCII characters; only its SCRAM verifier is in the SQL. */
  readonly password: string;
  /** Role whose rights on the tables it gets, by membership: the application's own. */
  readonly memberOf: string;
}

/**
 * The login role of a tenant: the prefix and the id as it is. So no two tenants share one, and policies read the tenant off it.
 *
 * @throws `MT_TENANT_IDENTIFIER_INVALID`; `MT_ARGUMENT_INVALID` for a malformed prefix, and for an id that leaves no room for it
 *   in the 63 bytes of a name
 */
export function boundRoleName({ tenantId, prefix = BOUND_ROLE_PREFIX }: BoundRole): string {
  const name = `${checkedPrefix(prefix)}${checkedTenantId(tenantId)}`;
  if (name.length <= MAX_NAME_BYTES) return name;
  const room = MAX_NAME_BYTES - prefix.length;
  throw new ArgumentInvalidError('tenantId', tenantId, `at most ${room} characters with the prefix ${prefix}`);
}

/**
 * SQL that makes the login role of a tenant, or renews its password. Run it as a role that may create roles; it can be run again.
 *
 * @returns several statements in one text
 * @throws `MT_ARGUMENT_INVALID`, `MT_TENANT_IDENTIFIER_INVALID`
 */
export function boundRoleSql(role: NewBoundRole): string {
  const [name, group] = [boundRoleName(role), quotedName('memberOf', checkedRole(role.memberOf))];
  return [
    `do $$ begin create role "${name}"; exception when duplicate_object then null; end $$;`,
    `alter role "${name}" with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication inherit password '${scramVerifier(role.password)}';`,
    `alter role "${name}" set tenantry.tenant_id = '${role.tenantId}';`,
    `grant ${group} to "${name}";`,
  ].join('\n');
}

/**
 * SQL that takes the login role of a tenant away. It can be run again; connections that are open stay open.
 *
 * @throws `MT_ARGUMENT_INVALID`, `MT_TENANT_IDENTIFIER_INVALID`
 */
export function dropBoundRoleSql(role: BoundRole): string {
  return `drop role if exists "${boundRoleName(role)}";`;
}

/**
 * SQL that binds a table to login roles of tenants: a restrictive policy beside that of `tenantTableSql`. Whoever logged in as a
 * bound role gets at the rows of its tenant only, whatever it sets, resets or assumes; others are not affected.
 *
 * Run it as the owner of the table; it can be run again.
 *
 * @param table `table` or `schema.table`
 * @param prefix as of the roles
 * @throws `MT_ARGUMENT_INVALID`
 */
export function boundTableSql(table: string, prefix: string = BOUND_ROLE_PREFIX): string {
  const [quoted, start] = [quotedTable(parsedTable(table)), checkedPrefix(prefix)];
  // session_user, which only a superuser can change, and not current_user, which SET ROLE changes.
  const own = `(not starts_with(session_user, '${start}') or tenant_id = substr(session_user, ${start.length + 1}))`;
  return [
    `drop policy if exists tenant_bound on ${quoted};`,
    `create policy tenant_bound on ${quoted} as restrictive using ${own} with check ${own};`,
  ].join('\n');
}

function checkedPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new ArgumentInvalidError('prefix', prefix, PREFIX_RANGE);
  }
  return prefix;
}
