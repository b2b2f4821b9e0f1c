import { ArgumentInvalidError } from '@tenantry/core';
import { parsedTable, quotedTable } from '../sql/sql-identifier.js';
import { rowPolicySql } from './row-policy-sql.js';

const INDEX_SUFFIX = '_tenant_id_idx';
const MAX_TABLE = 63 - INDEX_SUFFIX.length;

/**
 * SQL that keeps the rows of a table apart by tenant: policy, ENABLE and FORCE ROW LEVEL SECURITY, index.
 *
 * Run it as the owner of the table, once the table is there with a column `tenant_id text not null`. It can be run again,
 * also by several nodes at once: the table is locked until the transaction ends.
 * Put `tenant_id` first into unique keys: otherwise their violation shows one tenant which values another one has. For tables
 * that were made without tenants there is {@link tenantPoliciesSql}, which adds column and keys too.
 *
 * @param table `table` or `schema.table`; the table's own name has 49 characters at most
 * @returns one statement
 * @throws `MT_ARGUMENT_INVALID`
 */
export function tenantTableSql(table: string): string {
  const name = parsedTable(table);
  if (name.table.length > MAX_TABLE) {
    throw new ArgumentInvalidError(
      'table',
      table,
      `a name of at most ${MAX_TABLE} characters, so that the name of its index fits`,
    );
  }
  const quoted = quotedTable(name);
  // The lock comes first: two sessions that each begin with a weaker lock wait for each other.
  return [
    'do $table$ begin',
    `lock table ${quoted} in access exclusive mode;`,
    ...rowPolicySql(quoted),
    `create index if not exists "${name.table}${INDEX_SUFFIX}" on ${quoted} (tenant_id);`,
    'end $table$;',
  ].join('\n');
}
