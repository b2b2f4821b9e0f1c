import { boundRoleName } from './bound-role.js';
import { pooledStrategy } from './pooled-strategy.js';
import type { PooledStrategy, PooledStrategyOptions } from './pooled-strategy.js';
import type { PgServer } from './tenant-connection.js';

/** What {@link boundPool} takes. */
export interface BoundPoolOptions extends PooledStrategyOptions {
  readonly server: PgServer;
  /** The password of the tenant's login role (see `boundRoleSql`); `undefined` where the server asks for none. */
  readonly password: (tenantId: string) => string | undefined | Promise<string | undefined>;
  /** As of the roles. Default `BOUND_ROLE_PREFIX`. */
  readonly rolePrefix?: string;
}

/**
 * Shared tables under row-level security, a small pool and a login role for each tenant. The role fixes the tenant: where
 * tables are bound by `boundTableSql`, not even injected SQL gets at other tenants' rows.
 *
 * Tables need `tenantTableSql` and `boundTableSql`, tenants `boundRoleSql`. Each new connection is checked.
 *
 * @throws `MT_OPTIONS_INVALID`; from calls `MT_DATABASE_UNAVAILABLE`, `MT_ISOLATION_UNSAFE`, what `password` throws wrapped in
 *   `MT_CLIENT_CREATE_FAILED`, and `MT_ARGUMENT_INVALID` for an id that is too long for a role's name
 */
export function boundPool(options: BoundPoolOptions): PooledStrategy {
  const { server, password, rolePrefix } = options;
  return pooledStrategy('bound pool', options, async (tenantId) => ({
    server,
    credentials: {
      user: boundRoleName({ tenantId, ...(rolePrefix === undefined ? {} : { prefix: rolePrefix }) }),
      password: await password(tenantId),
    },
    startUp: { 'tenantry.tenant_id': tenantId },
    expected: { boundTo: tenantId },
  }));
}
