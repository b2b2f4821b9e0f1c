import type { KeyObject } from 'node:crypto';
import { TenantTokenInvalidError } from '@tenantry/core';
import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, JSONWebKeySet } from 'jose';

/** What a token says about its key. */
export interface KeyQuery {
  /** One of the issuer's algorithms. */
  readonly alg: string;
  readonly kid: string | undefined;
}

/** The keys of one issuer. */
export interface KeySource {
  /**
   * The key that a token should be verified with.
   *
   * @returns `null` when the issuer has no such key
   * @throws `MT_TENANT_TOKEN_INVALID` when several would do; `MT_CATALOG_UNAVAILABLE` when the keys cannot be had
   */
  find(query: KeyQuery): Promise<CryptoKey | KeyObject | null>;
}

/** One secret, for every token. */
export class SecretKey implements KeySource {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  async find(): Promise<KeyObject> {
    return this.#key;
  }
}

/** A set of public keys that does not change. */
export class KeySet implements KeySource {
  readonly #find: ReturnType<typeof createLocalJWKSet>;

  /** @throws an error of `jose` when it is no key set */
  constructor(jwks: JSONWebKeySet) {
    this.#find = createLocalJWKSet(jwks);
  }

  async find({ alg, kid }: KeyQuery): Promise<CryptoKey | null> {
    try {
      return await this.#find(kid === undefined ? { alg } : { alg, kid });
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null;
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        throw new TenantTokenInvalidError('it does not say which of several keys it is signed with');
      }
      throw error;
    }
  }
}
