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

const REGISTRY = 'tenantry:registry:';

/**
 * Injection token of a kind's {@link TenantClientRegistry}.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function getTenantClientRegistryToken(kind: string = DEFAULT_CLIENT_KIND): string {
  return `${REGISTRY}${kind}`;
}

/**
 * The kind whose registry a token stands for; `undefined` for other tokens.
 *
 * @internal
 */
export function kindOfRegistryToken(token: unknown): string | undefined {
  return typeof token === 'string' && token.startsWith(REGISTRY) ? token.slice(REGISTRY.length) : undefined;
}
