import { ArgumentInvalidError } from '@tenantry/core';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const NAME_RANGE = '1 to 63 of A-Z a-z 0-9 _, not beginning with a digit';

/** A table with its parts checked. */
export interface TableName {
  /** `undefined` = the first match on the search path. */
  readonly schema: string | undefined;
  readonly table: string;
}

/**
 * Checks and quotes a name for use in SQL. Its case is kept.
 *
 * @throws `MT_ARGUMENT_INVALID`
 * @internal
 */
export function quotedName(argument: string, name: string): string {
  if (typeof name !== 'string' || !NAME.test(name)) throw new ArgumentInvalidError(argument, name, NAME_RANGE);
  return `"${name}"`;
}

/**
 * Checks the name of a role. `none` and `public` are no roles, though PostgreSQL accepts them in places of one.
 *
 * @throws `MT_ARGUMENT_INVALID`
 * @internal
 */
export function checkedRole(role: string): string {
  quotedName('role', role);
  if (['none', 'public'].includes(role)) throw new ArgumentInvalidError('role', role, 'the name of a role');
  return role;
}

/**
 * Takes `table` or `schema.table` apart and checks it.
 *
 * @throws `MT_ARGUMENT_INVALID`
 * @internal
 */
export function parsedTable(name: string): TableName {
  const parts = typeof name === 'string' ? name.split('.') : [];
  if (parts.length < 1 || parts.length > 2) throw new ArgumentInvalidError('table', name, 'table or schema.table');
  parts.forEach((part) => quotedName('table', part));
  return { schema: parts.length === 2 ? parts[0] : undefined, table: parts.at(-1) as string };
}

/**
 * A checked table, quoted for use in SQL.
 *
 * @internal
 */
export function quotedTable({ schema, table }: TableName): string {
  return schema === undefined ? `"${table}"` : `"${schema}"."${table}"`;
}
