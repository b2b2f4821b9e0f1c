import { foreignKeyObstacle, keyChangeSql, uniqueKeyObstacle } from '../policies/key-sql.js';
import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import type { ForeignKey, TenantlessKeys, UniqueKey } from '../policies/tenant-keys.js';
import type { IsolationFinding, Remedy } from './isolation-finding.js';

/**
 * What is wrong with the keys of tenants' tables.
 *
 * @param keys those without the tenant
 * @param tenantTables object ids of the tables with a column `tenant_id`
 * @internal
 */
export function keyFindings(keys: TenantlessKeys, tenantTables: ReadonlySet<string>): IsolationFinding[] {
  const foreign = keys.foreign.filter(({ targetOid }) => tenantTables.has(targetOid));
  return [
    ...keys.unique.map((key) => uniqueFinding(key, remedyOf([key], foreign, tenantTables))),
    ...foreign.map((key) => {
      const target = keys.unique.filter(({ index }) => index === key.targetIndex);
      return foreignFinding(key, remedyOf(target, foreign, tenantTables), tenantTables.has(key.tableOid));
    }),
  ];
}

function uniqueFinding({ table, name }: UniqueKey, remedy: Remedy): IsolationFinding {
  const object = `unique key ${quotedIdentifier(name)} on ${table}`;
  const what = 'is without tenant_id: its violation shows one tenant which values another one has';
  return finding(['unique-without-tenant', 'warning'], object, what, remedy);
}

function foreignFinding({ table, name, target }: ForeignKey, remedy: Remedy, isTenants: boolean): IsolationFinding {
  const object = `foreign key ${quotedIdentifier(name)} on ${table}`;
  const what = isTenants
    ? `is without tenant_id: rows may refer to another tenant's rows of ${target}`
    : `refers to rows of tenants in ${target}, and its own rows belong to no tenant`;
  return finding(['foreign-key-without-tenant', 'warning'], object, what, remedy);
}

/** Unique keys are rebuilt together with every foreign key that refers to them. */
function remedyOf(
  unique: readonly UniqueKey[],
  foreign: readonly ForeignKey[],
  tenantTables: ReadonlySet<string>,
): Remedy {
  const indexes = new Set(unique.map(({ index }) => index));
  const referring = foreign.filter(({ targetIndex }) => indexes.has(targetIndex));
  const outside = referring.find(({ tableOid }) => !tenantTables.has(tableOid));
  if (outside)
    return { words: `Bring ${outside.table} under row-level security too: tenantPoliciesSql writes the SQL.` };
  const obstacles = [...unique.map(uniqueKeyObstacle), ...referring.map(foreignKeyObstacle)];
  const obstacle = obstacles.find((each) => each !== null);
  return obstacle ? { words: obstacle } : { sql: keyChangeSql(unique, referring).join('\n') };
}
