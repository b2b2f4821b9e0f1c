/**
 * SQL that tells whether the current role may change to another one. Since PostgreSQL 16 a membership says so by itself.
 *
 * @param role SQL of an object id
 * @internal
 */
export function assumable(role: string): string {
  return `pg_catalog.pg_has_role(current_user, ${role},
    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`;
}

/**
 * SQL that tells whether the current role is another one, has its rights or may change to it.
 *
 * @param role SQL of an object id
 * @internal
 */
export function reachable(role: string): string {
  return `(pg_catalog.pg_has_role(current_user, ${role}, 'USAGE') or ${assumable(role)})`;
}
