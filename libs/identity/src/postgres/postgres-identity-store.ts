import type { ScopedSql } from '@tenantry/postgres';
import type { IdentityStore, TenantIdentityStore } from '../port/identity-store.js';
import type { TenantSessionStore } from '../port/session.js';
import { AccountStatements } from './account-statements.js';
import { ApiKeyStatements } from './api-key-statements.js';
import { RoleStatements } from './role-statements.js';
import { SessionStatements } from './session-statements.js';

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
    ...sessionStore(tenantId, sql),
    removeAll: () => removeAll(sql),
  };
}

function sessionStore(tenantId: string, sql: ScopedSql): TenantSessionStore {
  const sessions = new SessionStatements(tenantId, sql);
  const apiKeys = new ApiKeyStatements(sql);
  return {
    openSession: (session) => sessions.open(session),
    refreshSession: (sessionId, generation) => sessions.refresh(sessionId, generation),
    listSessions: (accountId) => sessions.list(accountId),
    endSession: (sessionId, accountId) => sessions.end(sessionId, accountId),
    endAccountSessions: (accountId) => sessions.endAccount(accountId),
    endTenantSessions: () => sessions.endTenant(),
    touch: (idleMs) => sessions.touch(idleMs),
    setIdle: (idle) => sessions.setIdle(idle),
    addApiKey: (key) => apiKeys.add(key),
    listApiKeys: (accountId) => apiKeys.list(accountId),
    removeApiKey: (keyId, accountId) => apiKeys.remove(keyId, accountId),
  };
}

async function removeAll(sql: ScopedSql): Promise<void> {
  await sql.transaction(async (tx) => {
    for (const table of ['account', 'role', 'tenant_session'])
      await tx.query(`delete from tenantry_identity.${table}`, []);
  });
}
