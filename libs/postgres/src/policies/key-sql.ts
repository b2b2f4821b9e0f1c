import { quotedIdentifier, suffixedName } from './quoted-identifier.js';
import type { ForeignKey, ReferentialAction, UniqueKey } from './tenant-keys.js';

const ACTIONS: Readonly<Record<ReferentialAction, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

/**
 * Why a unique key cannot be given the tenant by SQL of ours; `null` = it can.
 *
 * @internal
 */
export function uniqueKeyObstacle({ table, name, kind, definition }: UniqueKey): string | null {
  if (kind === 'x') {
    return `${table} has the exclusion constraint ${quotedIdentifier(name)}: add "tenant_id with =" to it by hand (extension btree_gist).`;
  }
  return definition === null
    ? `${table} has the unique index ${quotedIdentifier(name)}, whose definition cannot be read: rebuild it by hand with tenant_id as its first column.`
    : null;
}

/**
 * Why a foreign key cannot be given the tenant by SQL of ours; `null` = it can.
 *
 * @internal
 */
export function foreignKeyObstacle({ table, name, onUpdate, temporal }: ForeignKey): string | null {
  const object = `${table} has the foreign key ${quotedIdentifier(name)}`;
  if (temporal) return `${object} with a PERIOD: add tenant_id to it by hand.`;
  if (onUpdate === 'n' || onUpdate === 'd') {
    return `${object} with ON UPDATE SET ${onUpdate === 'n' ? 'NULL' : 'DEFAULT'}, which would change tenant_id as well: give it another action for updates.`;
  }
  return null;
}

/**
 * Rebuilds unique keys with the tenant in front, and foreign keys with the tenant beside; foreign keys are dropped first. The
 * owner of the tables sees every row during that time, so that existing rows are checked.
 *
 * @returns statements that can be run again; the foreign keys are all that refer to these unique keys
 * @internal
 */
export function keyChangeSql(unique: readonly UniqueKey[], foreign: readonly ForeignKey[]): string[] {
  const tables = [
    ...new Set([...unique, ...foreign].map(({ table }) => table).concat(foreign.map((key) => key.target))),
  ];
  return [
    ...tables.map((table) => `alter table ${table} no force row level security;`),
    ...foreign.map(dropForeignKeySql),
    ...unique.flatMap(uniqueKeySql),
    ...foreign.flatMap(addForeignKeySql),
    ...tables.map((table) => `alter table ${table} force row level security;`),
  ];
}

/**
 * A unique key with the tenant in front of its columns, in place of the one without.
 *
 * @internal
 */
export function uniqueKeySql({ table, schema, name, kind, definition }: UniqueKey): string[] {
  const [quoted, widened] = [quotedIdentifier(name), (definition ?? '').replace('(', '(tenant_id, ')];
  if (kind !== 'i')
    return [`alter table ${table} drop constraint if exists ${quoted}, add constraint ${quoted} ${widened};`];
  return [
    `drop index if exists ${quotedIdentifier(schema)}.${quoted};`,
    `create unique index ${quoted} on ${table} using ${widened};`,
  ];
}

/**
 * Takes a foreign key away.
 *
 * @internal
 */
export function dropForeignKeySql({ table, name }: ForeignKey): string {
  return `alter table ${table} drop constraint if exists ${quotedIdentifier(name)};`;
}

/**
 * A foreign key from tenant and columns to tenant and columns.
 *
 * @internal
 */
export function addForeignKeySql(key: ForeignKey): string[] {
  const name = quotedIdentifier(key.name);
  const parts = [
    `alter table ${key.table} add constraint ${name} foreign key (tenant_id, ${listOf(key.columns)})`,
    `references ${key.target} (tenant_id, ${listOf(key.targetColumns)})`,
    ...actionsOf(key),
    ...(key.deferrable ? [`deferrable initially ${key.deferred ? 'deferred' : 'immediate'}`] : []),
    ...(key.enforced ? [] : ['not enforced']),
    ...(key.validated || !key.enforced ? [] : ['not valid']),
  ];
  return [`${parts.join(' ')};`, ...fullMatchSql(key)];
}

function actionsOf({ onUpdate, onDelete, columns, setColumns }: ForeignKey): string[] {
  const actions: string[] = [];
  if (onUpdate !== 'a') actions.push(`on update ${ACTIONS[onUpdate]}`);
  if (onDelete !== 'a') actions.push(`on delete ${ACTIONS[onDelete]}`);
  // The tenant stays: only the columns that were set before are set.
  if (onDelete === 'n' || onDelete === 'd') actions.push(`(${listOf(setColumns.length > 0 ? setColumns : columns)})`);
  return actions;
}

/** MATCH FULL would ask for the tenant to be null too; so all or none of the columns is a check of its own. */
function fullMatchSql({ table, name, columns, matchFull }: ForeignKey): string[] {
  if (!matchFull || columns.length === 1) return [];
  const check = quotedIdentifier(suffixedName(name, '_all_or_none'));
  return [
    `alter table ${table} drop constraint if exists ${check}, add constraint ${check} check (pg_catalog.num_nulls(${listOf(columns)}) in (0, ${columns.length}));`,
  ];
}

function listOf(columns: readonly string[]): string {
  return columns.map(quotedIdentifier).join(', ');
}
