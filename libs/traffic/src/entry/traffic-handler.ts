import { ArgumentInvalidError } from '@tenantry/core';
import type { MultitenancyError } from '@tenantry/core';
import type { MaybePromise, TenantEntry } from '@tenantry/core/spi';
import { TrafficRefusedError } from '../errors/traffic.errors.js';
import { MAX_WEIGHT } from '../plans/tenant-plans.js';

/** What a handler decides of a request. */
export type TrafficVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly error: MultitenancyError }
  | { readonly kind: 'lane'; readonly name: string; readonly weight: number };

/** A handler of the operator: it runs before anything of the tenant's. May be a class of the application with injected providers. */
export interface CrossTenantHandler {
  /**
   * Called for every request inside its scope, before its body is read. What it throws is answered by the exception filters.
   * The last `lane` counts.
   */
  handle(entry: TenantEntry): MaybePromise<TrafficVerdict>;
}

/** A handler that runs behind those of the operator, for requests of a tenant that is served. */
export type TenantHandler = CrossTenantHandler;

/** The request continues. */
export function pass(): TrafficVerdict {
  return PASS;
}

/**
 * The request is refused.
 *
 * @param reason an error of this library, or a text: then the answer is a 403 with `MT_TRAFFIC_REFUSED`
 */
export function refuse(reason: MultitenancyError | string): TrafficVerdict {
  return { kind: 'refuse', error: typeof reason === 'string' ? new TrafficRefusedError(reason) : reason };
}

/**
 * The request continues in a lane of its own, whatever its tenant: of a priority, of an SLA.
 *
 * @param weight above 0, up to 1,000
 * @throws {@link ArgumentInvalidError} `MT_ARGUMENT_INVALID`
 */
export function lane(name: string, weight: number): TrafficVerdict {
  if (typeof name !== 'string' || name === '') throw new ArgumentInvalidError('name', name, 'the name of a lane');
  if (!(weight > 0 && weight <= MAX_WEIGHT))
    throw new ArgumentInvalidError('weight', weight, `a number above 0, up to ${MAX_WEIGHT}`);
  return { kind: 'lane', name: `lane:${name}`, weight };
}

const PASS: TrafficVerdict = { kind: 'pass' };
