import { catalogFindings } from './readable-catalogs.js';
import { defaultPrivilegeFindings, schemaFindings } from './schema-privileges.js';
import { foreignLoginFindings } from './foreign-logins.js';
import { largeObjectFindings } from './large-objects.js';
import { leakproofFindings } from './leakproof-functions.js';
import { presetFindings } from './tenant-preset.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { RoleFacts } from './role-facts.js';
import type { TenantTable } from './tenant-tables.js';

/**
 * Ways to rows of tenants that lead around their tables.
 *
 * @param tables those of tenants
 * @internal
 */
export async function wayAroundFindings(
  tx: SqlSession,
  tables: readonly TenantTable[],
  role: RoleFacts,
): Promise<IsolationFinding[]> {
  const preset = await presetFindings(tx);
  if (role.superuser) return preset;
  const oids = tables.map(({ oid }) => oid);
  return [
    ...preset,
    ...(await defaultPrivilegeFindings(tx, oids, role.roles)),
    ...(await schemaFindings(tx, oids, role.roles)),
    ...(await leakproofFindings(tx, role.roles)),
    ...(await catalogFindings(tx, role.roles)),
    ...(await largeObjectFindings(tx, role)),
    ...(await foreignLoginFindings(tx, role.roles)),
  ];
}
