import { ArgumentInvalidError } from '@tenantry/core';
import type { SqlDatabase, SqlResult, SqlSession } from '../sql/sql-database.js';
import { rowLevelSecurity } from './strategies/row-level-security.js';
import type { RowLevelSecurityOptions } from './strategies/row-level-security.js';
import type { IsolationStrategy, TenantSql } from './strategies/isolation-strategy.js';

/** Knows the tenant that the running code works for. `TenantContext` of `@tenantry/core` fits. */
export interface TenantSource {
  /** Throws where there is no tenant. */
  readonly tenant: { readonly id: string };
}

/** What may be set for {@link TenantDatabase} over a database. */
export type TenantDatabaseOptions = Omit<RowLevelSecurityOptions, 'database'>;

/**
 * SQL in the data of the current tenant, whatever strategy keeps them apart.
 *
 * The tenant is read once, at the moment of the call. Without one the call rejects, whatever the context throws. No
 * connection is held between calls. The SQL text is code of the application: never build it from input, and leave
 * transaction control to this class.
 */
export class TenantDatabase implements TenantSql {
  readonly #strategy: IsolationStrategy;
  readonly #context: TenantSource;

  /**
   * @param isolation a strategy, such as `rowLevelSecurity`, `boundPool`, `schemaPerTenant`, `databasePerTenant` or
   *   `placedIsolation`; a database stands for `rowLevelSecurity({ database, ...options })`
   * @param context asked for the tenant at each call
   * @param options for row-level security on a database only
   * @throws `MT_ARGUMENT_INVALID` for a malformed role, and for options beside a strategy
   */
  constructor(isolation: SqlDatabase | IsolationStrategy, context: TenantSource, options: TenantDatabaseOptions = {}) {
    this.#strategy = strategyOf(isolation, options);
    this.#context = context;
  }

  /** Runs one statement for the current tenant. @throws what the context throws where there is no tenant */
  async query<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    return this.forTenant(this.#context.tenant.id).query<R>(text, params);
  }

  /** Runs several statements for the current tenant in one transaction. @throws what the context throws where there is no tenant */
  async transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return this.forTenant(this.#context.tenant.id).transaction(fn);
  }

  /**
   * The same for a tenant named outright: for factories of clients and for jobs, which know their tenant.
   *
   * @param id a tenant's id as the catalog spells it, case and all; not looked up
   * @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id
   */
  forTenant(id: string): TenantSql {
    return this.#strategy.forTenant(id);
  }
}

function strategyOf(isolation: SqlDatabase | IsolationStrategy, options: TenantDatabaseOptions): IsolationStrategy {
  if (!('forTenant' in isolation)) return rowLevelSecurity({ database: isolation, ...options });
  if (options.role !== undefined) {
    throw new ArgumentInvalidError('options.role', options.role, 'a role only where a database is given');
  }
  return isolation;
}
