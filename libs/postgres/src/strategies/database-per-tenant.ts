import { OptionsInvalidError } from '@tenantry/core';
import { pooledStrategy } from './pooled-strategy.js';
import type { PooledStrategy, PooledStrategyOptions } from './pooled-strategy.js';
import { PlacementInvalidError, PlacementMissingError } from './strategy.errors.js';
import type { PgCredentials, PgServer } from './tenant-connection.js';
import type { TenantPlace } from './tenant-place.js';

/** What {@link databasePerTenant} takes. */
export interface DatabasePerTenantOptions extends PooledStrategyOptions {
  /** The only servers that may be connected to: `host` for any port, or `host:port`. At least one; compared without regard to case. */
  readonly allowedHosts: readonly string[];
  /** Who logs in for a tenant. Secrets come from here and never from a placement. */
  readonly credentials: (tenantId: string, place: TenantPlace) => PgCredentials | Promise<PgCredentials>;
  /** Where the data of a tenant lie, with host and database. Not needed where `placedIsolation` tells it. */
  readonly placeOf?: (tenantId: string) => TenantPlace | null | Promise<TenantPlace | null>;
  /** As `ssl` of `pg`, for every tenant. Default: none. */
  readonly ssl?: PgServer['ssl'];
}

/**
 * A database, a role and a small pool for each tenant, on servers of a list. A database that cannot be reached is an outage
 * (503) for its tenant alone.
 *
 * @throws `MT_OPTIONS_INVALID` without a host; from calls `MT_PLACEMENT_MISSING`, `MT_PLACEMENT_INVALID` for a host that is not
 *   on the list (nothing is connected to then), `MT_DATABASE_UNAVAILABLE`, `MT_ISOLATION_UNSAFE`, and what `credentials`
 *   throws wrapped in `MT_CLIENT_CREATE_FAILED`
 */
export function databasePerTenant(options: DatabasePerTenantOptions): PooledStrategy {
  const { credentials, placeOf, ssl } = options;
  const allowed = allowedHosts(options.allowedHosts);
  return pooledStrategy(
    'database per tenant',
    options,
    async (tenantId, place) => {
      const server = serverOf(tenantId, place, allowed);
      const login = await credentials(tenantId, place);
      return { server: ssl === undefined ? server : { ...server, ssl }, credentials: login, expected: {} };
    },
    async (tenantId) => {
      const place = await placeOf?.(tenantId);
      if (place === undefined || place === null) throw new PlacementMissingError(tenantId);
      return place;
    },
  );
}

function allowedHosts(hosts: readonly string[] = []): ReadonlySet<string> {
  const named = hosts.filter((host) => typeof host === 'string' && host !== '');
  if (named.length === 0 || named.length < hosts.length) {
    throw new OptionsInvalidError('allowedHosts', hosts, 'at least one "host" or "host:port"');
  }
  return new Set(named.map((host) => host.toLowerCase()));
}

function serverOf(tenantId: string, place: TenantPlace, allowed: ReadonlySet<string>): PgServer {
  const { host, port = 5432, database } = place;
  if (typeof host !== 'string' || typeof database !== 'string') {
    throw new PlacementInvalidError(tenantId, 'it names no host or no database', 'Place the tenant with both.');
  }
  const name = host.toLowerCase();
  if (!allowed.has(name) && !allowed.has(`${name}:${port}`)) {
    const where = JSON.stringify(`${host.slice(0, 80)}:${port}`);
    throw new PlacementInvalidError(
      tenantId,
      `${where} is not allowed`,
      'Add it to allowedHosts, or correct the placement.',
    );
  }
  return { host, port, database };
}
