/** Name of the client kind when none is given. */
export const DEFAULT_CLIENT_KIND = 'default';

/**
 * Injection token of a kind's client: the singleton that stands for the current tenant's.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function getTenantClientToken(kind: string = DEFAULT_CLIENT_KIND): string {
  return `tenantry:client:${kind}`;
}

/**
 * Injection token of a kind's {@link TenantClientRegistry}.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function getTenantClientRegistryToken(kind: string = DEFAULT_CLIENT_KIND): string {
  return `tenantry:registry:${kind}`;
}
