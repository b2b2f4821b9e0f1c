import { Inject, SetMetadata } from '@nestjs/common';
import type { CustomDecorator } from '@nestjs/common';
import { getTenantClientRegistryToken, getTenantClientToken } from './tenant-client-tokens.js';

/** Metadata key of {@link UseTenantClients}. @internal */
export const TENANT_CLIENT_KINDS = 'tenantry:client-kinds';

/**
 * Injects the current tenant's client: a singleton that may be injected anywhere and stands for the client which the
 * running request or job has acquired. Handlers whose controller reaches it by injection acquire it by themselves.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function InjectTenantClient(kind?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getTenantClientToken(kind));
}

/**
 * Injects a kind's registry, for administration: statistics, refresh, eviction.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function InjectTenantClientRegistry(kind?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getTenantClientRegistryToken(kind));
}

/**
 * Has a handler, or all handlers of a controller, acquire clients that injection does not reveal
 * (`moduleRef.get`, global interceptors and pipes).
 *
 * @param kinds names given to `forFeature`
 */
export function UseTenantClients(...kinds: string[]): CustomDecorator {
  return SetMetadata(TENANT_CLIENT_KINDS, kinds);
}
