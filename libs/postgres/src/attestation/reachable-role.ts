/**
 * SQL that tells whether the current role is another one, has its rights or may change to it. Since PostgreSQL 16 a
 * membership says by itself whether it lets its member do so.
 *
 * @param role SQL of an object id
 * @internal
 */
export function reachable(role: string): string {
  return `(pg_catalog.pg_has_role(current_user, ${role}, 'USAGE') or pg_catalog.pg_has_role(current_user, ${role},
    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end))`;
}
