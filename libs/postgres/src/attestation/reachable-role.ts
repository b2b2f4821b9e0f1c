/**
 * SQL that returns whether a role may change to another one. Since PostgreSQL 16 a membership says so by itself; but who may
 * administer it may say otherwise at any time.
 *
 * @param from SQL of an object id
 * @param to SQL of an object id
 * @internal
 */
export function assumable(from: string, to: string): string {
  const since16 = (privilege: string): string =>
    `case when current_setting('server_version_num')::int >= 160000 then '${privilege}' else 'MEMBER' end`;
  return `(pg_catalog.pg_has_role(${from}, ${to}, ${since16('SET')})
    or pg_catalog.pg_has_role(${from}, ${to}, ${since16('MEMBER WITH ADMIN OPTION')}))`;
}

/**
 * SQL that returns whether one of the roles in reach is another one or has its rights.
 *
 * @param role SQL of an object id
 * @param roles SQL of an array of texts: object ids of the roles in reach
 * @internal
 */
export function reachable(role: string, roles: string): string {
  return anyOf(roles, `pg_catalog.pg_has_role(s.oid, ${role}, 'USAGE')`);
}

/**
 * SQL that returns whether a condition holds for one of the roles in reach, `s`: the role in use and those that it may become.
 *
 * @internal
 */
export function anyOf(roles: string, condition: string): string {
  return `exists (select from unnest(${roles}::text[]::oid[]) s(oid) where ${condition})`;
}

/**
 * SQL that returns whether a role in reach may do anything with a relation `c` in a namespace `n`.
 *
 * @internal
 */
export function usable(roles: string): string {
  return anyOf(
    roles,
    `pg_catalog.has_schema_privilege(s.oid, n.oid, 'USAGE')
      and (pg_catalog.has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        or pg_catalog.has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))`,
  );
}
