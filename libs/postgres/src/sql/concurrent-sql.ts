/** How often a statement on a role is tried when other sessions change the same role. Each failure means that another one got through. */
const MOST_ATTEMPTS = 100;

/**
 * One statement that runs others, and that other sessions of the same database with the same name wait for, until the
 * transaction ends. So several nodes may run it at once.
 *
 * @param name plain text without quotes; the same for all that change the same objects
 * @param statements each with its semicolon
 * @internal
 */
export function lockedSql(name: string, statements: readonly string[]): string {
  return [
    'do $locked$ begin',
    `perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tenantry ${name}', 0));`,
    ...statements,
    'end $locked$;',
  ].join('\n');
}

/**
 * One statement that runs others on a role, again where another session has changed the role meanwhile. Roles are shared by
 * all databases of a server, and advisory locks are not.
 *
 * @param statements each with its semicolon; they can be run again
 * @internal
 */
export function retriedRoleSql(statements: readonly string[]): string {
  return [
    'do $retried$ declare attempts pg_catalog.int4 := 0; begin',
    'loop begin',
    ...statements,
    'exit;',
    'exception when unique_violation or duplicate_object or undefined_object or internal_error then',
    'attempts := attempts operator(pg_catalog.+) 1;',
    `if attempts operator(pg_catalog.>=) ${MOST_ATTEMPTS} then raise; end if;`,
    'end; end loop;',
    'end $retried$;',
  ].join('\n');
}
