import { OptionsInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import type { RegistryStats } from '@tenantry/core';
import { PG_POOL_TIMEOUTS } from '../../sql/pg-pool.js';
import { verifierOf } from './connection-check.js';
import type { ExpectedConnection } from './connection-check.js';
import type { IsolationStrategy, TenantSql } from './isolation-strategy.js';
import type {
  PgCredentials,
  PgServer,
  TenantConnections,
  TenantConnectionSettings,
  TenantPoolSettings,
} from './tenant-connection.js';
import type { TenantPlace } from './tenant-place.js';
import { TenantPools } from './tenant-pools.js';
import type { TenantPoolsOptions } from './tenant-pools.js';

const SERVER_SHARE = 0.9;

/** What each strategy with pools takes. */
export interface PooledStrategyOptions extends TenantPoolsOptions {
  /**
   * Numbers and timeouts of each tenant's pool. Default: 2 connections, {@link PG_POOL_TIMEOUTS}, and a `statement_timeout` of nine tenths of
   * `query_timeout`, unless the role or the database has one.
   */
  readonly pool?: TenantPoolSettings;
}

/** A strategy with a pool for each tenant. */
export interface PooledStrategy extends IsolationStrategy, TenantConnections {
  /** Counts of the pools. */
  stats(): RegistryStats;
}

/** How a strategy connects for a tenant. */
export interface TenantLogin {
  readonly server: PgServer;
  readonly credentials: PgCredentials;
  /** Settings that hold from the start of the connection. Values without blanks and backslashes. */
  readonly startUp?: Readonly<Record<string, string>>;
  readonly expected: Omit<ExpectedConnection, 'tenantId' | 'user' | 'database'>;
}

/**
 * A strategy that keeps a pool for each tenant; what it connects to and how is the caller's to say.
 *
 * @internal
 */
export function pooledStrategy(
  kind: string,
  options: PooledStrategyOptions,
  loginOf: (tenantId: string, place: TenantPlace) => TenantLogin | Promise<TenantLogin>,
  placeOf: (tenantId: string) => TenantPlace | Promise<TenantPlace> = () => ({}),
): PooledStrategy {
  if (typeof options.createPool !== 'function') {
    throw new OptionsInvalidError(
      'createPool',
      options.createPool,
      'a function such as (settings) => new pg.Pool(settings)',
    );
  }
  const settingsOf = async (tenantId: string, place: TenantPlace): Promise<TenantConnectionSettings> =>
    settingsFor(tenantId, await loginOf(tenantId, place), options.pool ?? {});
  const pools = new TenantPools(kind, settingsOf, options);
  return {
    kind,
    forTenant: (tenantId, place) =>
      place === undefined ? placedLater(tenantId, placeOf, pools) : pools.sql(tenantId, place),
    connectionOf: async (tenant, place) => {
      const tenantId = checkedTenantId(typeof tenant === 'string' ? tenant : tenant.id);
      return settingsOf(tenantId, place ?? (await placeOf(tenantId)));
    },
    stats: () => pools.stats(),
    close: () => pools.close(),
  };
}

function placedLater(
  tenantId: string,
  placeOf: (tenantId: string) => TenantPlace | Promise<TenantPlace>,
  pools: TenantPools,
): TenantSql {
  checkedTenantId(tenantId);
  return {
    query: async (text, params) => pools.sql(tenantId, await placeOf(tenantId)).query(text, params),
    transaction: async (fn) => pools.sql(tenantId, await placeOf(tenantId)).transaction(fn),
  };
}

function settingsFor(
  tenantId: string,
  { server, credentials, startUp, expected }: TenantLogin,
  pool: TenantPoolSettings,
): TenantConnectionSettings {
  const { host, port = 5432, database, ssl } = server;
  const { user, password } = credentials;
  const options = Object.entries(startUp ?? {}).map(([name, value]) => `-c ${name}=${value}`);
  return {
    max: 2,
    ...PG_POOL_TIMEOUTS,
    ...pool,
    host,
    port,
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl: typeof ssl === 'boolean' ? ssl : { ...ssl } }),
    ...(options.length === 0 ? {} : { options: options.join(' ') }),
    verify: verifierOf({ ...expected, ...serverLimit(pool), tenantId, user, database }),
  };
}

/** The server is to give a statement up before the client does, who would not know what becomes of it. */
function serverLimit({
  statement_timeout: set,
  query_timeout: clientMs = PG_POOL_TIMEOUTS.query_timeout,
}: TenantPoolSettings): Pick<ExpectedConnection, 'statementTimeoutMs'> {
  if (set !== undefined || !(clientMs > 0)) return {};
  return { statementTimeoutMs: Math.max(1, Math.floor(clientMs * SERVER_SHARE)) };
}
