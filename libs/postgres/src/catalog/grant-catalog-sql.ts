import { lockedSql } from '../sql/concurrent-sql.js';
import { checkedRole, quotedName } from '../sql/sql-identifier.js';

/** What a role may do with the catalog. `write` includes `read`. */
export type CatalogAccess = 'read' | 'write';

/**
 * SQL that lets a role use the catalog. Run it as the owner, after {@link migrateCatalog}; it can be run again, also by several
 * nodes at once.
 *
 * @param role name of an existing role; its case is kept
 * @param access `write` (the default) for services that administer tenants, `read` for those that only serve them
 * @returns one statement
 * @throws `MT_ARGUMENT_INVALID` for a malformed name
 */
export function grantCatalogSql(role: string, access: CatalogAccess = 'write'): string {
  const quoted = quotedName('role', checkedRole(role));
  const rights = access === 'write' ? 'select, insert, update, delete' : 'select';
  const operations = access === 'write' ? [`grant select, insert, update on tenantry.operations to ${quoted};`] : [];
  return lockedSql('catalog', [
    `grant usage on schema tenantry to ${quoted};`,
    `grant select on tenantry.migrations, tenantry.tenant_changes, tenantry.tenant_change_counter to ${quoted};`,
    `grant select, insert, update, delete on tenantry.nodes to ${quoted};`,
    `grant ${rights} on tenantry.tenants, tenantry.tenant_names, tenantry.placements to ${quoted};`,
    ...operations,
  ]);
}
