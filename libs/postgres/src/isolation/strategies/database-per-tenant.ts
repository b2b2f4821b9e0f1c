import { isIPv6 } from 'node:net';
import { OptionsInvalidError } from '@tenantry/core';
import { pooledStrategy } from './pooled-strategy.js';
import type { PooledStrategy, PooledStrategyOptions } from './pooled-strategy.js';
import { PlacementInvalidError, PlacementMissingError } from './strategy.errors.js';
import type { PgCredentials, PgServer } from './tenant-connection.js';
import type { TenantPlace } from './tenant-place.js';

/** What {@link databasePerTenant} takes. */
export interface DatabasePerTenantOptions extends PooledStrategyOptions {
  /**
   * The only servers that may be connected to: `host` for any port, or `host:port`, with an IPv6 address in brackets
   * (`[::1]:5432`). At least one; compared as text, without regard to case.
   */
  readonly allowedHosts: readonly string[];
  /** Who logs in for a tenant. Secrets come from here and never from a placement. */
  readonly credentials: (tenantId: string, place: TenantPlace) => PgCredentials | Promise<PgCredentials>;
  /** Where the data of a tenant are stored, with host and database. Not needed where `placedIsolation` provides it. */
  readonly placeOf?: (tenantId: string) => TenantPlace | null | Promise<TenantPlace | null>;
  /** As `ssl` of `pg`, for every tenant. Default: none. */
  readonly ssl?: PgServer['ssl'];
}

/**
 * A database, a role and a small pool for each tenant, on servers of a list. A database that cannot be reached is an outage
 * (503) for its tenant alone.
 *
 * @throws `MT_OPTIONS_INVALID` without a host or for a malformed one; from calls `MT_PLACEMENT_MISSING`, `MT_PLACEMENT_INVALID`
 *   for a host that is not on the list and for what is no port (nothing is connected to then), `MT_DATABASE_UNAVAILABLE`, `MT_ISOLATION_UNSAFE`, and what `credentials`
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

interface AllowedHost {
  readonly host: string;
  /** `undefined` = any. */
  readonly port: number | undefined;
}

const MAX_PORT = 65_535;

function allowedHosts(entries: readonly string[] = []): readonly AllowedHost[] {
  const allowed = entries.map(allowedHost);
  if (allowed.length === 0 || allowed.includes(undefined)) {
    throw new OptionsInvalidError('allowedHosts', entries, 'at least one "host", "host:port" or "[IPv6 address]:port"');
  }
  return allowed.filter((each) => each !== undefined);
}

/** A colon alone does not introduce a port: `::1:5432` is an address. */
function allowedHost(entry: string): AllowedHost | undefined {
  if (typeof entry !== 'string') return undefined;
  const name = entry.toLowerCase();
  if (isIPv6(name)) return { host: name, port: undefined };
  const {
    address,
    host = address,
    port,
  } = /^(?:\[(?<address>.+)\]|(?<host>[^:[\]]+))(?::(?<port>\d+))?$/.exec(name)?.groups ?? {};
  if (host === undefined || (address !== undefined && !isIPv6(address))) return undefined;
  if (port === undefined) return { host, port };
  return isPort(Number(port)) ? { host, port: Number(port) } : undefined;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= MAX_PORT;
}

function serverOf(tenantId: string, place: TenantPlace, allowed: readonly AllowedHost[]): PgServer {
  const { host, port = 5432, database } = place;
  if (typeof host !== 'string' || typeof database !== 'string') {
    throw new PlacementInvalidError(tenantId, 'it names no host or no database', 'Place the tenant with both.');
  }
  if (!isPort(port)) {
    const what = `${JSON.stringify(port)?.slice(0, 80)} is no port`;
    throw new PlacementInvalidError(tenantId, what, `Give a whole number from 1 to ${MAX_PORT}.`);
  }
  const name = host.toLowerCase();
  if (!allowed.some((each) => each.host === name && (each.port === undefined || each.port === port))) {
    const where = JSON.stringify(`${host.slice(0, 80)}:${port}`);
    throw new PlacementInvalidError(
      tenantId,
      `${where} is not allowed`,
      'Add it to allowedHosts, or correct the placement.',
    );
  }
  return { host, port, database };
}
