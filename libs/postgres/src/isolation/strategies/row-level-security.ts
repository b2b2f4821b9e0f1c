import { tenantId as checkedTenantId } from '@tenantry/core';
import { settingStep } from '../../sql/setting-step.js';
import { checkedRole } from '../../sql/sql-identifier.js';
import type { SqlDatabase, SqlSession, TransactionSettings } from '../../sql/sql-database.js';
import type { IsolationStrategy, TenantSql } from './isolation-strategy.js';
import { singleStatements } from './single-statements.js';

/** What {@link rowLevelSecurity} takes. */
export interface RowLevelSecurityOptions {
  /** Connected as a role that row-level security binds, or with `role`. It stays the caller's, who closes it. */
  readonly database: SqlDatabase;
  /**
   * Role to assume inside of each transaction. Needed where the connection is a superuser (PGlite always is), because
   * row-level security does not bind one. Default: the connection's own role.
   */
  readonly role?: string;
}

/**
 * Shared tables and a shared pool: each call is a short transaction that names its tenant for itself alone.
 *
 * What statements left on a connection is cleared before the next transaction on it (`DISCARD ALL`; on PGlite the parts of
 * it that do no harm there). So give settings of connections to the pool as start-up `options`, and prepared statements with
 * names a pool of their own.
 *
 * @throws `MT_ARGUMENT_INVALID` for a malformed role
 */
export function rowLevelSecurity({ database, role }: RowLevelSecurityOptions): IsolationStrategy {
  const roleSetting: TransactionSettings = role === undefined ? {} : { role: checkedRole(role) };
  return {
    kind: 'row-level security',
    forTenant(tenantId): TenantSql {
      const settings = { ...roleSetting, 'tenantry.tenant_id': checkedTenantId(tenantId) };
      return singleStatements(database.within?.(settings) ?? withinTransactions(database, settings));
    },
    close: () => Promise.resolve(),
  };
}

/** For databases of others, which only know plain transactions. */
function withinTransactions(database: SqlDatabase, settings: TransactionSettings): TenantSql {
  const { text, values } = settingStep(settings);
  const transaction = <R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> =>
    database.transaction(async (tx) => {
      await tx.query(text, values);
      return fn(tx);
    });
  return { transaction, query: (text, params) => transaction((tx) => tx.query(text, params)) };
}
