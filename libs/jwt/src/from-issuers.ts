import { MultitenancyError, notApplicable, OptionsInvalidError, rejected, resolved, systemClock } from '@tenantry/core';
import type { ResolverAnswer, TenantRequest, TenantResolver } from '@tenantry/core';
import { functionOption, numberOption, objectOption } from '@tenantry/core/spi';
import { bearerTokenOf } from './bearer-token.js';
import { CachedVerifier } from './cached-verifier.js';
import type { FromIssuersOptions } from './from-issuers-options.js';
import { ListedIssuers, LookedUpIssuers } from './issuers.js';
import type { Issuers } from './issuers.js';
import { IssuerUnavailableError } from './jwt.errors.js';
import { TokenVerifier } from './token-verifier.js';
import { storeClaims } from './verified-claims.js';

/** The part of a verifier that a resolver uses. */
type Verify = Pick<TokenVerifier, 'verify'>;

/**
 * Reads the tenant from the bearer token, which is verified by the rules of the issuer that it names. Trust: `verified`.
 *
 * Without an Authorization header, or with one of another scheme, it does not apply. A token that does not verify, or
 * asserts a tenant that its issuer is not bound to, is rejected with 401. When the issuer or its keys cannot be had, the
 * request is rejected with 503. {@link verifiedClaims} gives the claims to your own guards.
 *
 * One such resolver for an application: it rejects what no issuer of its own has signed.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fromIssuers(options: FromIssuersOptions): TenantResolver {
  const verifier = verifierOf(objectOption('fromIssuers', options));
  const answers = new WeakMap<TenantRequest, Promise<ResolverAnswer>>();
  return {
    name: 'token issuers',
    trust: 'verified',
    resolve: (request) => {
      const known = answers.get(request);
      if (known) return known;
      const answer = answerOf(request, verifier);
      if (answer instanceof Promise) answers.set(request, answer);
      return answer;
    },
  };
}

function verifierOf(options: FromIssuersOptions): Verify {
  const { now = Date.now, maxCachedTokens = 0, clock = systemClock } = options;
  functionOption('fromIssuers.now', now, 'a function that gives milliseconds since 1970');
  const issuers = issuersOf(options);
  const verifier = new TokenVerifier(issuers, now);
  const max = numberOption('fromIssuers.maxCachedTokens', maxCachedTokens, { min: 0, max: 100_000, whole: true });
  return max === 0 ? verifier : new CachedVerifier(verifier, { issuers, max, now, clock });
}

function issuersOf(options: FromIssuersOptions): Issuers {
  const { issuers, allowJwksUrl, issuerCacheMs = 60_000, maxIssuers = 1_000, clock = systemClock } = options;
  if (allowJwksUrl !== undefined)
    functionOption('fromIssuers.allowJwksUrl', allowJwksUrl, 'a function (url) => boolean');
  const limits = {
    cacheMs: numberOption('fromIssuers.issuerCacheMs', issuerCacheMs, { min: 0, max: 3_600_000, whole: true }),
    maxIssuers: numberOption('fromIssuers.maxIssuers', maxIssuers, { min: 1, max: 100_000, whole: true }),
  };
  if (Array.isArray(issuers)) {
    return new ListedIssuers(issuers, { clock, allowJwksUrl: allowJwksUrl ?? (() => true), mustSayWhich: false });
  }
  if (typeof issuers !== 'function')
    throw new OptionsInvalidError('fromIssuers.issuers', issuers, 'a list of issuers, or a function');
  const checks = { clock, allowJwksUrl: allowJwksUrl ?? isHttps, mustSayWhich: true };
  return new LookedUpIssuers(issuers, checks, limits);
}

function isHttps(url: URL): boolean {
  return url.protocol === 'https:';
}

function answerOf(request: TenantRequest, verifier: Verify): ResolverAnswer | Promise<ResolverAnswer> {
  try {
    const token = bearerTokenOf(request);
    return token === null ? notApplicable : verifiedAnswer(request, token, verifier);
  } catch (error) {
    return rejection(error);
  }
}

async function verifiedAnswer(request: TenantRequest, token: string, verifier: Verify): Promise<ResolverAnswer> {
  try {
    const { issuer, claims } = await verifier.verify(token);
    const tenantId = await issuer.tenantOf(claims);
    storeClaims(request.platformRequest, claims);
    return resolved(tenantId, { byId: true });
  } catch (error) {
    return rejection(error);
  }
}

/** An error that says nothing about the token is an outage: the request is refused, and the token is not called invalid. */
function rejection(error: unknown): ResolverAnswer {
  if (error instanceof MultitenancyError) return rejected(error);
  return rejected(new IssuerUnavailableError('The issuer or its keys cannot be used', error));
}
