import { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantTokenInvalidError } from '../errors/tenant.errors.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';

/** Options of {@link fromJwtClaim}. */
export interface FromJwtClaimOptions {
  /** Name of the claim that holds the tenant's id or domain, as text. */
  readonly claim: string;
  /**
   * Checks the token (signature, algorithm, issuer, audience, expiry) and gives its claims. A throw means that the token
   * is not valid (401); throw an error of this library to answer otherwise.
   */
  readonly verify: (token: string, request: TenantRequest) => MaybePromise<Readonly<Record<string, unknown>>>;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Reads the tenant from a claim of the bearer token. Trust: `verified`.
 *
 * Without an `Authorization: Bearer` header it does not apply. A token that does not verify, or whose claim is missing or
 * is not one text, is rejected with 401.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fromJwtClaim({ claim, verify }: FromJwtClaimOptions): TenantResolver {
  if (typeof claim !== 'string' || claim === '')
    throw new OptionsInvalidError('fromJwtClaim.claim', claim, 'a claim name');
  if (typeof verify !== 'function')
    throw new OptionsInvalidError('fromJwtClaim.verify', verify, 'a function that checks the token');
  return {
    name: `token claim ${claim}`,
    trust: 'verified',
    resolve: (request) => {
      const values = request.headers('authorization');
      if (values.length > 1) return rejected(new TenantTokenInvalidError('it was sent more than once'));
      const value = values[0];
      if (value === undefined || !/^Bearer\b/i.test(value)) return notApplicable;
      const token = BEARER.exec(value)?.[1];
      if (token === undefined) return rejected(new TenantTokenInvalidError('it is malformed'));
      return verified(() => verify(token, request), claim);
    },
  };
}

async function verified(
  verify: () => MaybePromise<Readonly<Record<string, unknown>>>,
  claim: string,
): Promise<ResolverAnswer> {
  try {
    const value = new Map(Object.entries(await verify())).get(claim);
    if (typeof value === 'string' && value !== '') return resolved(value);
    return rejected(new TenantTokenInvalidError(`its claim ${claim} does not name one tenant`));
  } catch (error) {
    return rejected(
      error instanceof MultitenancyError ? error : new TenantTokenInvalidError('it does not verify', error),
    );
  }
}
