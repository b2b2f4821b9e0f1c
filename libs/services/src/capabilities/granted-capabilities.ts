import { randomUUID } from 'node:crypto';
import type { JsonValue, TenantId } from '@tenantry/core';
import { CapabilityError } from '../engine/capability.error.js';
import type { Capabilities, Capability } from '../engine/service-engine.js';
import { textArgument } from './arguments.js';
import { fetchCapability } from './fetch.js';
import { resolveFetchOptions } from './fetch-options.js';
import type { FetchOptions } from './fetch-options.js';
import { DEFAULT_VALUES_QUOTA, kvCapabilities } from './kv.js';
import type { ServiceLog } from './service-log.js';
import type { ServiceValues, ValuesQuota } from './service-values.js';

/** What the operator's plan gives a tenant's services. What is left out is refused. */
export interface GrantedCapabilities {
  /** `ctx.kv`; `true` = with the default quota of 10,000 keys and 10 MiB. */
  readonly kv?: true | Partial<ValuesQuota>;
  /** `ctx.log`. */
  readonly log?: true;
  /** `ctx.fetch`. */
  readonly fetch?: FetchOptions;
  /** `ctx.secrets.get(name)`: reads a secret of this tenant; `null` = there is none of this name. */
  readonly secrets?: (tenantId: TenantId, name: string, signal: AbortSignal) => Promise<string | null>;
  /** `ctx.services.call(name, request)`: another service of the same tenant. */
  readonly services?: true;
  /** Capabilities of the application's own, by the name that `ctx` has for them: `sql`. */
  readonly sql?: Capability;
}

/** What capabilities are made with. */
export interface CapabilityParts {
  readonly values: ServiceValues | undefined;
  readonly log: ServiceLog;
  readonly callService: Capability;
}

const MAX_SECRET_NAME = 200;

/**
 * Makes the capabilities of a tenant.
 *
 * @throws `MT_OPTIONS_INVALID` for an allow-list that is not valid
 */
export function grantedCapabilities(
  granted: GrantedCapabilities,
  { values, log, callService }: CapabilityParts,
): Capabilities {
  const { kv, fetch, secrets, sql } = granted;
  const list: [string, Capability][] = [['crypto.randomUUID', async () => randomUUID()]];
  if (granted.log === true) list.push(...log.capabilities());
  if (kv !== undefined && values !== undefined)
    list.push(...kvCapabilities(values, { ...DEFAULT_VALUES_QUOTA, ...(kv === true ? {} : kv) }));
  if (fetch !== undefined) list.push(['fetch', fetchCapability(resolveFetchOptions('capabilities.fetch', fetch))]);
  if (secrets !== undefined) list.push(['secrets.get', secretCapability(secrets)]);
  if (granted.services === true) list.push(['services.call', callService]);
  if (sql !== undefined) list.push(['sql', sql]);
  return new Map(list);
}

function secretCapability(read: NonNullable<GrantedCapabilities['secrets']>): Capability {
  return async ({ tenantId, signal }, name: JsonValue | undefined) => {
    const secret = await read(tenantId, textArgument('The name', name, MAX_SECRET_NAME), signal);
    if (secret === null) throw new CapabilityError('The tenant has no secret of this name.');
    return secret;
  };
}
