import { tenantId } from '@tenantry/core';
import { checkedRole } from '../sql/sql-identifier.js';
import type { SqlDatabase, SqlResult, SqlSession } from '../sql/sql-database.js';

/** Knows the tenant that the running code works for. `TenantContext` of `@tenantry/core` fits. */
export interface TenantSource {
  /** Throws where there is no tenant. */
  readonly tenant: { readonly id: string };
}

/** What may be set for {@link TenantDatabase}. */
export interface TenantDatabaseOptions {
  /**
   * Role to assume inside of each transaction. Needed where the connection is a superuser (PGlite always is), because
   * row-level security does not bind one. Default: the connection's own role.
   */
  readonly role?: string;
}

/** SQL in one tenant's rows. */
export interface TenantSql extends SqlSession {
  /** Several statements in one transaction in the tenant's rows; see {@link SqlDatabase.transaction}. */
  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R>;
}

const ENTER_TENANT = `select set_config('tenantry.tenant_id', $1, true)`;
const ENTER_TENANT_AS_ROLE = `select set_config('role', $2, true), set_config('tenantry.tenant_id', $1, true)`;

/**
 * SQL in the rows of the current tenant, kept apart by row-level security (see {@link tenantTableSql}).
 *
 * Each call is its own short transaction that names the tenant for that transaction alone; no connection is held in
 * between. The tenant is read once, at the moment of the call. Without one the call rejects, whatever the context throws.
 * The SQL text is code of the application: never build it from input, and leave transaction control to this class.
 */
export class TenantDatabase implements TenantSql {
  readonly #database: SqlDatabase;
  readonly #context: TenantSource;
  readonly #role: string | undefined;

  /**
   * @param database connected as a role that row-level security binds, or with `options.role`
   * @param context asked for the tenant at each call
   * @throws `MT_ARGUMENT_INVALID` for a malformed role
   */
  constructor(database: SqlDatabase, context: TenantSource, options: TenantDatabaseOptions = {}) {
    this.#database = database;
    this.#context = context;
    this.#role = options.role === undefined ? undefined : checkedRole(options.role);
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
    const tenant = tenantId(id);
    return {
      query: <R>(text: string, params: readonly unknown[] = []) =>
        this.#inTenant(tenant, (tx) => tx.query<R>(text, params)),
      transaction: <R>(fn: (tx: SqlSession) => Promise<R>) => this.#inTenant(tenant, (tx) => fn(singleStatements(tx))),
    };
  }

  #inTenant<R>(tenant: string, fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return this.#database.transaction(async (tx) => {
      if (this.#role === undefined) await tx.query(ENTER_TENANT, [tenant]);
      else await tx.query(ENTER_TENANT_AS_ROLE, [tenant, this.#role]);
      return fn(tx);
    });
  }
}

/** One statement at a time, so that no text can smuggle in a `commit` that would end the tenant's transaction. */
function singleStatements(tx: SqlSession): SqlSession {
  return { query: <R>(text: string, params: readonly unknown[] = []) => tx.query<R>(text, params) };
}
