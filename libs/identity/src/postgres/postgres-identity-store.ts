import type { ScopedSql } from '@tenantry/postgres';
import type { IdentityStore, TenantIdentityStore } from '../port/identity-store.js';
import { AccountStatements } from './account-statements.js';
import { RoleStatements } from './role-statements.js';

/** SQL in the data of one tenant; `TenantDatabase` of `@tenantry/postgres` fits. */
export interface TenantSqlSource {
  forTenant(tenantId: string): ScopedSql;
}

/**
 * Accounts in the schema `tenantry_identity`, under forced row-level security: no statement names a tenant, and none reaches the
 * rows of another one.
 *
 * @param database with a role that row-level security binds; it stays the caller's
 */
export function postgresIdentityStore(database: TenantSqlSource): IdentityStore {
  return { forTenant: (tenantId) => tenantStore(tenantId, database.forTenant(tenantId)) };
}

function tenantStore(tenantId: string, sql: ScopedSql): TenantIdentityStore {
  const accounts = new AccountStatements(tenantId, sql);
  const roles = new RoleStatements(tenantId, sql);
  return {
    state: () => accounts.state(),
    grants: (accountId) => accounts.grants(accountId),
    addAccount: (account) => accounts.add(account),
    findAccount: (key) => accounts.find(key),
    listAccounts: (query) => accounts.list(query),
    changeAccount: (accountId, changes) => accounts.change(accountId, changes),
    removeAccount: (accountId) => accounts.remove(accountId),
    setRoles: (accountId, names, grantedBy) => accounts.setRoles({ accountId, roles: names, grantedBy }),
    passwordHash: (accountId) => accounts.passwordHash(accountId),
    setPassword: (accountId, hash) => accounts.setPassword(accountId, hash),
    rehash: (accountId, from, to) => accounts.rehash(accountId, from, to),
    listRoles: () => roles.list(),
    addRole: (name, permissions) => roles.add(name, permissions),
    setRolePermissions: (name, permissions) => roles.setPermissions(name, permissions),
    removeRole: (name) => roles.remove(name),
    removeAll: () => removeAll(sql),
  };
}

async function removeAll(sql: ScopedSql): Promise<void> {
  await sql.transaction(async (tx) => {
    for (const table of ['account', 'role', 'tenant_session'])
      await tx.query(`delete from tenantry_identity.${table}`, []);
  });
}
