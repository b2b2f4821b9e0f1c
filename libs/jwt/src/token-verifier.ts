import { TenantTokenInvalidError } from '@tenantry/core';
import { errors, jwtVerify } from 'jose';
import { typeKey } from './checked-issuer.js';
import type { CheckedIssuer } from './checked-issuer.js';
import type { Issuers } from './issuers.js';
import { readTokenParts } from './token-parts.js';
import type { TokenParts } from './token-parts.js';
import { reasonOf } from './token-reasons.js';
import type { VerifiedClaims } from './verified-claims.js';

/** A verified token, and its issuer. */
export interface VerifiedToken {
  readonly issuer: CheckedIssuer;
  readonly claims: VerifiedClaims;
}

/** Checks tokens: header, signature and claims, by the rules of the issuer that they name. */
export class TokenVerifier {
  readonly #issuers: Issuers;
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(issuers: Issuers, now: () => number) {
    this.#issuers = issuers;
    this.#now = now;
  }

  /**
   * Verifies a token.
   *
   * @throws `MT_TENANT_TOKEN_INVALID`; `MT_CATALOG_UNAVAILABLE` when issuer or keys cannot be had
   */
  async verify(token: string): Promise<VerifiedToken> {
    const parts = readTokenParts(token);
    const issuer = await this.#issuers.find(parts.issuer);
    if (!issuer) throw new TenantTokenInvalidError('its issuer is not known here');
    assertHeader(parts, issuer);
    const key = await issuer.keys.find(parts);
    if (!key) throw new TenantTokenInvalidError('its issuer has no such key');
    return { issuer, claims: await this.#claims(token, key, issuer) };
  }

  async #claims(token: string, key: Parameters<typeof jwtVerify>[1], issuer: CheckedIssuer): Promise<VerifiedClaims> {
    try {
      const options = { ...issuer.verifyOptions, currentDate: new Date(this.#now()) };
      const { payload } = await jwtVerify(token, key, options);
      return Object.freeze(payload) as VerifiedClaims;
    } catch (error) {
      // The cause would carry the claims into logs, so it is not kept.
      throw error instanceof errors.JOSEError ? new TenantTokenInvalidError(reasonOf(error)) : error;
    }
  }
}

function assertHeader({ alg, typ }: TokenParts, { algorithms, types }: CheckedIssuer): void {
  if (!algorithms.has(alg)) throw new TenantTokenInvalidError('its algorithm is not one that its issuer signs with');
  if (!types.has(typ === undefined ? null : typeKey(typ))) throw new TenantTokenInvalidError('it is of another type');
}
