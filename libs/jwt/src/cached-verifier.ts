import { createHash } from 'node:crypto';
import type { Clock } from '@tenantry/core';
import { BoundedCache } from './bounded-cache.js';
import type { CheckedIssuer } from './checked-issuer.js';
import type { Issuers } from './issuers.js';
import type { TokenVerifier, VerifiedToken } from './token-verifier.js';
import type { VerifiedClaims } from './verified-claims.js';

/** What {@link CachedVerifier} works with. */
export interface CachedVerifierOptions {
  readonly issuers: Issuers;
  /** Tokens at most. */
  readonly max: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly clock: Clock;
}

interface Kept {
  readonly token: VerifiedToken;
  readonly until: number;
}

/** How long a key that was withdrawn can go unnoticed. */
const MAX_AGE_MS = 60_000;

/**
 * Caches verified tokens by their SHA-256, for a minute and at most until they expire or reach the
 * `maxTokenAgeSeconds` of their issuer. The tokens of an issuer that is no longer known, or has changed, are verified again.
 */
export class CachedVerifier {
  readonly #verifier: TokenVerifier;
  readonly #options: CachedVerifierOptions;
  readonly #tokens: BoundedCache<string, Kept>;

  constructor(verifier: TokenVerifier, options: CachedVerifierOptions) {
    this.#verifier = verifier;
    this.#options = options;
    this.#tokens = new BoundedCache(options.max);
  }

  /** As {@link TokenVerifier.verify}. */
  async verify(token: string): Promise<VerifiedToken> {
    const key = createHash('sha256').update(token).digest('base64');
    const kept = this.#tokens.get(key);
    if (kept && (await this.#stillGood(kept))) return kept.token;
    this.#tokens.delete(key);
    const verified = await this.#verifier.verify(token);
    this.#tokens.set(key, { token: verified, until: this.#options.clock.now() + MAX_AGE_MS });
    return verified;
  }

  async #stillGood({ token: { claims, issuer }, until }: Kept): Promise<boolean> {
    const { clock, now, issuers } = this.#options;
    if (clock.now() >= until || now() >= endOf(claims, issuer) * 1_000) return false;
    return (await issuers.find(issuer.issuer)) === issuer;
  }
}

/** Seconds since 1970 from which a token has to be verified again. A token without `iat` does not verify where its age is limited. */
function endOf({ exp, iat }: VerifiedClaims, { verifyOptions: { maxTokenAge } }: CheckedIssuer): number {
  return maxTokenAge === undefined ? exp : Math.min(exp, Number(iat) + Number(maxTokenAge));
}
