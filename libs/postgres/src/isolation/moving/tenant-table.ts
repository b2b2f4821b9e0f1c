import { quotedTable, parsedTable } from '../../sql/sql-identifier.js';
import type { SqlSession } from '../../sql/sql-database.js';
import type { TableSum } from '../placement/tenant-placement.js';

/** A column whose values are copied. */
interface CopiedColumn {
  readonly name: string;
  readonly type: string;
}

/** A table as it is at one place. */
export interface TenantTable {
  readonly name: string;
  /** Columns but for `tenant_id` and generated ones, by name. */
  readonly columns: readonly CopiedColumn[];
  readonly hasTenantId: boolean;
}

/** Rows are compared as text, so text has to be the same on both sides whatever the servers prefer. */
const SAME_TEXT = `select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, MDY', true),
  set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
  set_config('bytea_output', 'hex', true), set_config('xmloption', 'content', true)`;

const COLUMNS = `select a.attname::text as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
  from pg_catalog.pg_attribute a
  where a.attrelid = pg_catalog.to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  order by a.attname collate "C"`;

const BATCH_ROWS = 500;
const CURSOR = 'tenantry_move';

/** Makes values come out as the same text everywhere, for the rest of the transaction. @internal */
export async function useSameText(tx: SqlSession): Promise<void> {
  await tx.query(SAME_TEXT, []);
}

/** Reads what a table looks like here; `null` = there is none that the tenant can see. @internal */
export async function readTenantTable(tx: SqlSession, name: string): Promise<TenantTable | null> {
  const { rows } = await tx.query<CopiedColumn>(COLUMNS, [quotedTable(parsedTable(name))]);
  if (rows.length === 0) return null;
  const columns = rows.filter((column) => column.name !== 'tenant_id');
  return { name, columns, hasTenantId: columns.length < rows.length };
}

/** Which table of its database this is; `null` = there is none that the tenant can see. @internal */
export async function idOfTable(tx: SqlSession, name: string): Promise<string | null> {
  const text = 'select pg_catalog.to_regclass($1)::oid::text as id';
  return (await tx.query<{ id: string | null }>(text, [quotedTable(parsedTable(name))])).rows[0]?.id ?? null;
}

/** Counts and sums the tenant's rows of a table. @internal */
export async function sumOf(tx: SqlSession, table: TenantTable): Promise<TableSum> {
  const half = (start: number): string => `coalesce(sum(('x' || substr(h, ${start}, 15))::bit(60)::bigint), 0)::text`;
  const { rows } = await tx.query<TableSum>(
    `select $1 as "table", count(*)::int as rows, ${half(1)} || ':' || ${half(16)} as checksum
     from (select md5(${textOf(table)}::text) as h from ${sqlNameOf(table)}) as hashed`,
    [table.name],
  );
  return rows[0] as TableSum;
}

/** Copies the tenant's rows of a table in batches. @param tenantId goes into `tenant_id` where the target has it @internal */
export async function copyRows(
  from: SqlSession,
  into: SqlSession,
  source: TenantTable,
  target: TenantTable,
  tenantId: string,
): Promise<void> {
  await from.query(
    `declare ${CURSOR} no scroll cursor for select ${textOf(source)}::text as row from ${sqlNameOf(source)}`,
    [],
  );
  for (;;) {
    const { rows } = await from.query<{ row: string }>(`fetch ${BATCH_ROWS} from ${CURSOR}`, []);
    if (rows.length === 0) break;
    await into.query(insertOf(target), [
      `[${rows.map(({ row }) => row).join(',')}]`,
      ...(target.hasTenantId ? [tenantId] : []),
    ]);
  }
  await from.query(`close ${CURSOR}`, []);
  await advanceSequences(into, target);
}

/** Locks the tenant's rows of a table, so that they stay what they are. @internal */
export async function lockRows(tx: SqlSession, table: TenantTable): Promise<void> {
  await tx.query(`select count(*)::int from (select 1 from ${sqlNameOf(table)} for update) as locked`, []);
}

/** Deletes the tenant's rows of a table. @returns how many @internal */
export async function deleteRows(tx: SqlSession, table: TenantTable): Promise<number> {
  return (await tx.query(`delete from ${sqlNameOf(table)}`, [])).rowCount;
}

/** Each row as a JSON array of texts, as the types themselves write and read them. */
function textOf({ columns }: TenantTable): string {
  const values = columns.map(({ name }) => `${quoted(name)}::text`);
  return `array_to_json(array[${values.join(', ')}]::text[])`;
}

function insertOf(table: TenantTable): string {
  const names = table.columns.map(({ name }) => quoted(name));
  const values = table.columns.map(({ type }, at) => `(r ->> ${at})::${type}`);
  const [allNames, allValues] = table.hasTenantId
    ? [
        [...names, 'tenant_id'],
        [...values, '$2'],
      ]
    : [names, values];
  return `insert into ${sqlNameOf(table)} (${allNames.join(', ')}) overriding system value
    select ${allValues.join(', ')} from json_array_elements($1::json) as r`;
}

/** Numbers that the target gives out later must not be those that came along. */
async function advanceSequences(into: SqlSession, table: TenantTable): Promise<void> {
  const { rows } = await into.query<{ name: string; sequence: string }>(
    `select n.name, s.sequence from unnest($2::text[]) as n (name), pg_catalog.pg_get_serial_sequence($1, n.name) as s (sequence)
     where s.sequence is not null`,
    [sqlNameOf(table), table.columns.map(({ name }) => name)],
  );
  for (const { name, sequence } of rows) {
    await into.query(
      `select setval($1::regclass, greatest(m.highest, s.last_value)) from ${sequence} as s,
        (select max(${quoted(name)}) as highest from ${sqlNameOf(table)}) as m where m.highest is not null`,
      [sequence],
    );
  }
}

function sqlNameOf({ name }: TenantTable): string {
  return quotedTable(parsedTable(name));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
