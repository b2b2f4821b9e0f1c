/** The claims of a token that has been verified. */
export interface VerifiedClaims {
  /** The issuer, one of those configured. */
  readonly iss: string;
  /** Seconds since 1970 when the token ends. */
  readonly exp: number;
  readonly sub?: string;
  readonly [claim: string]: unknown;
}

const claimsByRequest = new WeakMap<object, VerifiedClaims>();

/**
 * The claims of the token that named the tenant of a request, for your own guards: nothing is verified again.
 *
 * They say who the caller is, not that the tenant is served or that the caller may do a thing; the guards decide that.
 *
 * @param request the request of Express or Fastify, or Node's own behind it
 * @returns the claims, frozen; `undefined` when no token of the request has verified, or it asserts a tenant of others
 */
export function verifiedClaims(request: object): VerifiedClaims | undefined {
  return claimsByRequest.get(nodeRequestOf(request));
}

/** Stores claims for the lifetime of the request. */
export function storeClaims(request: object, claims: VerifiedClaims): void {
  claimsByRequest.set(nodeRequestOf(request), claims);
}

function nodeRequestOf(request: object): object {
  const raw: unknown = Reflect.get(request, 'raw');
  return typeof raw === 'object' && raw !== null ? raw : request;
}
