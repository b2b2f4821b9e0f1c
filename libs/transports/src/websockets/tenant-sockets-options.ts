import { OptionsInvalidError, systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';

/** Options of {@link useTenantSockets}. */
export interface TenantSocketsOptions {
  /**
   * Whether a handshake that names no tenant is refused. With `false` its socket opens, and only handlers marked
   * `@TenantOptional()` answer it. Default `true`.
   */
  readonly requireTenant?: boolean;
  /**
   * How often the tenants with open sockets are looked up, in milliseconds, so that the sockets of one that is no longer
   * served close although no message arrives. Range 100 to 600,000; default 10,000.
   */
  readonly recheckMs?: number;
  /** Where time comes from; for tests. Default: the system's. */
  readonly clock?: Clock;
}

const SHORTEST_MS = 100;
const LONGEST_MS = 600_000;

/** The options with their defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveTenantSocketsOptions(options: TenantSocketsOptions): Required<TenantSocketsOptions> {
  const { requireTenant = true, recheckMs = 10_000, clock = systemClock } = options;
  if (typeof requireTenant !== 'boolean') {
    throw new OptionsInvalidError('useTenantSockets.requireTenant', requireTenant, 'true or false');
  }
  if (typeof recheckMs !== 'number' || !(recheckMs >= SHORTEST_MS && recheckMs <= LONGEST_MS)) {
    throw new OptionsInvalidError('useTenantSockets.recheckMs', recheckMs, '100 to 600,000 milliseconds');
  }
  return { requireTenant, recheckMs, clock };
}
