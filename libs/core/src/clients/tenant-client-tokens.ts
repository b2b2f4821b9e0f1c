/** Name of the client kind when none is given. */
export const DEFAULT_CLIENT_KIND = 'default';

const CLIENT = 'tenantry:client:';

/**
 * Injection token of a kind's client: the singleton that stands for the current tenant's.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function getTenantClientToken(kind: string = DEFAULT_CLIENT_KIND): string {
  return `${CLIENT}${kind}`;
}

/**
 * The kind whose client a token stands for; `undefined` for other tokens.
 *
 * @internal
 */
export function kindOfClientToken(token: unknown): string | undefined {
  return typeof token === 'string' && token.startsWith(CLIENT) ? token.slice(CLIENT.length) : undefined;
}

/**
 * Injection token of a kind's options, as `forFeature` and `forFeatureAsync` give them.
 *
 * @internal
 */
export function getTenantClientOptionsToken(kind: string = DEFAULT_CLIENT_KIND): string {
  return `tenantry:client-options:${kind}`;
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
