import { ArgumentInvalidError, tenantId } from '@tenantry/core';
import { parsedTable, quotedTable } from '../sql/sql-identifier.js';
import { addForeignKeySql, dropForeignKeySql, foreignKeyObstacle, uniqueKeyObstacle, uniqueKeySql } from './key-sql.js';
import { PoliciesRefusedError } from './policies-refused.error.js';
import { PLAIN_SEARCH_PATH } from './hidden-names.js';
import { quotedIdentifier, suffixedName } from './quoted-identifier.js';
import { currentTenantSql, isTenantColumnType, rowPolicySql } from './row-policy-sql.js';
import { hasRowsWithoutTenant, readTablesToBind } from './tables-to-bind.js';
import { tenantCondition } from './tenant-condition.js';
import { policyObstacles } from './policy-obstacles.js';
import { readTenantlessKeys } from './tenant-keys.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import type { TableToBind } from './tables-to-bind.js';
import type { ForeignKey, TenantlessKeys } from './tenant-keys.js';

/** Which tables {@link tenantPoliciesSql} is to bind, and what becomes of their rows. */
export type TenantPoliciesOptions = (
  | {
      /** Tables, `table` or `schema.table`, with their case; partitions and children come along. */
      readonly tables: readonly string[];
    }
  | {
      /** Every table of a schema, but those of extensions. */
      readonly schema: string;
      /** Names of tables in it that are no tenant's, as the catalog spells them. Default: none. */
      readonly except?: readonly string[];
    }
) & {
  /** The tenant that gets every row which has none yet. Default: none, and tables with such rows are refused. */
  readonly existingRows?: string;
};

/** A table with what is to be done about its rows. */
interface Plan extends TableToBind {
  readonly orphans: boolean;
}

/**
 * Writes the SQL that makes tables of tenants out of tables that were made without them: the column `tenant_id`, unique keys
 * that begin with it, foreign keys that carry it, an index, and row-level security, enabled and forced. Only what is
 * missing. The text is for a person to read and to run, as the owner of the tables and in one transaction, with any runner;
 * it may be run again.
 *
 * Reads only. ON DELETE SET NULL keeps to the columns that it had; MATCH FULL becomes a check beside the key.
 *
 * @param database connected as the owner of the tables, or as a superuser
 * @returns plain SQL with comments
 * @throws {@link PoliciesRefusedError} `MT_POLICIES_REFUSED` with everything that stands in the way; `MT_ARGUMENT_INVALID` for
 *   a table that is not there or a malformed name; the driver's error when the database cannot be asked
 */
export async function tenantPoliciesSql(database: SqlDatabase, options: TenantPoliciesOptions): Promise<string> {
  const owner = options.existingRows === undefined ? null : tenantId(options.existingRows);
  return database.transaction(async (tx) => {
    await tx.query(`select pg_catalog.set_config('transaction_read_only', 'on', true)`, []);
    const tables = await chosenTables(tx, options);
    const plans: Plan[] = [];
    for (const table of tables) plans.push({ ...table, orphans: await orphansIn(tx, table) });
    const keys = await keysOf(tx, tables);
    const obstacles = [...plans.flatMap((plan) => tableObstacles(plan, owner)), ...keyObstacles(keys, tables)];
    if (obstacles.length > 0) throw new PoliciesRefusedError(obstacles);
    return textOf(plans, keys, owner);
  });
}

const OID = 'select pg_catalog.to_regclass($1)::pg_catalog.oid::pg_catalog.text as oid';

async function chosenTables(tx: SqlSession, options: TenantPoliciesOptions): Promise<TableToBind[]> {
  // Names are looked up as the caller does; all else as if there were no search path.
  const oids = 'tables' in options ? await oidsOf(tx, options.tables) : [];
  await tx.query(PLAIN_SEARCH_PATH, []);
  if ('tables' in options) return readTablesToBind(tx, { oids });
  return readTablesToBind(tx, { schema: options.schema, except: options.except ?? [] });
}

async function oidsOf(tx: SqlSession, tables: readonly string[]): Promise<string[]> {
  const names = tables.map((table) => quotedTable(parsedTable(table)));
  const oids: string[] = [];
  for (const [index, name] of names.entries()) {
    const { rows } = await tx.query<{ oid: string | null }>(OID, [name]);
    if (!rows[0]?.oid) throw new ArgumentInvalidError('tables', tables[index], 'tables that exist');
    oids.push(rows[0].oid);
  }
  return oids;
}

async function orphansIn(tx: SqlSession, table: TableToBind): Promise<boolean> {
  if (table.inherits || table.columnNotNull || !['r', 'p'].includes(table.kind)) return false;
  return hasRowsWithoutTenant(tx, table);
}

/** Foreign keys to tables that are no tenant's (reference data) stay as they are. */
async function keysOf(tx: SqlSession, tables: readonly TableToBind[]): Promise<TenantlessKeys> {
  const oids = new Set(tables.map(({ oid }) => oid));
  const keys = await readTenantlessKeys(tx, [...oids]);
  return { ...keys, foreign: keys.foreign.filter(({ targetOid }) => oids.has(targetOid)) };
}

function tableObstacles(plan: Plan, owner: string | null): string[] {
  const { table, kind, loosePartition, looseParents, columnType, orphans } = plan;
  if (kind !== 'r' && kind !== 'p') return [`${table} is no table, and has no row-level security.`];
  if (loosePartition) return [`${table} is a partition: name the table that it is a partition of.`];
  if (columnType !== null && !isTenantColumnType(columnType)) {
    return [`${table} has a column tenant_id of type ${columnType}: it must be text, varchar or uuid.`];
  }
  const obstacles = [...looseParents.map((parent) => parentObstacle(table, parent)), ...policyObstacles(plan)];
  if (!orphans || owner !== null) return obstacles;
  return [
    ...obstacles,
    `${table} has rows without a tenant: name the tenant that gets them (existingRows), or fill tenant_id first.`,
  ];
}

function parentObstacle(table: string, parent: string): string {
  return `${table} has the parent ${parent}, through which its rows are used past its policies: add ${parent} to the tables, or run "alter table ${table} no inherit ${parent}".`;
}

function keyObstacles({ unique, foreign }: TenantlessKeys, tables: readonly TableToBind[]): string[] {
  const oids = new Set(tables.map(({ oid }) => oid));
  const outside = ({ table, name, target, tableOid }: ForeignKey): string | null =>
    oids.has(tableOid)
      ? null
      : `${table} refers to ${target} (${quotedIdentifier(name)}) and is not among the tables: add it, or take the foreign key away.`;
  return [...unique.map(uniqueKeyObstacle), ...foreign.map((key) => outside(key) ?? foreignKeyObstacle(key))].filter(
    (obstacle) => obstacle !== null,
  );
}

function textOf(plans: readonly Plan[], { unique, foreign }: TenantlessKeys, owner: string | null): string {
  const touched = new Set([...unique, ...foreign].map(({ table }) => table).concat(foreign.map((key) => key.target)));
  const wanting = plans.filter((plan) => touched.has(plan.table) || !isDone(plan));
  if (wanting.length === 0) return '-- Nothing is to be done: every table is bound to its tenants.\n';
  const sections: [string, string[]][] = [
    ['The owner sees every row while the tables are changed', wanting.map(unforceSql)],
    ['Each row has a tenant', wanting.flatMap((plan) => columnSql(plan, owner))],
    ['Foreign keys step aside', foreign.map(dropForeignKeySql)],
    ['Unique keys begin with the tenant', unique.flatMap(uniqueKeySql)],
    ['Foreign keys carry the tenant', foreign.flatMap(addForeignKeySql)],
    ['An index for each tenant’s rows', wanting.flatMap((plan) => indexSql(plan, unique))],
    ['Row-level security', wanting.flatMap((plan) => rowPolicySql(plan.table, typeOf(plan)))],
  ];
  const written = sections.filter(([, statements]) => statements.length > 0);
  return [HEADER, ...written.map(([title, statements]) => `-- ${title}.\n${statements.join('\n')}\n`)].join('\n');
}

const HEADER = `-- Written by tenantPoliciesSql() from the system catalog. Read it, then run it as the owner of the tables, in one
-- transaction (psql -1 -f). It may be run again. Each table is locked until the transaction ends.

-- Definitions of keys name functions and operators of PostgreSQL as they are, so nothing may come before these.
do $$ begin
  if (select s from pg_catalog.unnest(pg_catalog.current_schemas(true)) with ordinality u(s, place)
    where s operator(pg_catalog.!~) '^pg_temp_' order by place limit 1) operator(pg_catalog.<>) 'pg_catalog' then
    raise exception 'The search_path has another schema before pg_catalog: leave pg_catalog out of it, or put it first.';
  end if;
end $$;
`;

function isDone({ columnNotNull, indexed, secured, using, check, hidden }: Plan): boolean {
  const bound =
    !hidden && [using, check].every((condition) => condition !== null && tenantCondition(condition) === 'bound');
  return columnNotNull && indexed && secured && bound;
}

function unforceSql({ table }: Plan): string {
  return `alter table ${table} no force row level security;`;
}

function columnSql({ table, inherits, columnType, columnNotNull, orphans }: Plan, owner: string | null): string[] {
  if (inherits || columnNotNull) return [];
  const value = orphans && owner !== null ? `'${owner}'` : null;
  if (columnType === null) {
    return [
      `alter table ${table} add column if not exists tenant_id pg_catalog.text not null${value === null ? '' : ` default ${value}`};`,
      `alter table ${table} alter column tenant_id set default ${currentTenantSql('text')};`,
    ];
  }
  return [
    ...(value === null ? [] : [`update ${table} set tenant_id = ${value} where tenant_id is null;`]),
    `alter table ${table} alter column tenant_id set not null;`,
  ];
}

function indexSql({ table, name, indexed, partition }: Plan, unique: TenantlessKeys['unique']): string[] {
  const keyed = unique.some((key) => key.table === table && (key.kind === 'p' || key.kind === 'u'));
  if (indexed || keyed || partition) return [];
  const index = quotedIdentifier(suffixedName(name, '_tenant_id_idx'));
  return [`create index if not exists ${index} on ${table} (tenant_id);`];
}

function typeOf({ columnType }: Plan): 'text' | 'character varying' | 'uuid' {
  return columnType !== null && isTenantColumnType(columnType) ? columnType : 'text';
}
