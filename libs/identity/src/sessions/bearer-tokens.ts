import { ApiKeyInvalidError } from '../port/identity.errors.js';
import type { IdentityPrincipal } from '../port/identity-principal.js';
import { isApiKey, parseApiKey } from './api-key-text.js';
import type { ApiKeys } from './api-keys.js';
import { TENANT_CLAIM } from './session-tokens.js';
import type { SessionClaims, SessionTokens } from './session-tokens.js';
import type { Sessions } from './sessions.js';

/** A bearer token that was read once: which tenant it names, and whom it stands for. */
export interface ReadBearerToken {
  /** For `fromJwtClaim({ claim: 'tenant' })`. Of an API key, the tenant that it names: the key is verified by {@link principal}. */
  readonly claims: { readonly [TENANT_CLAIM]: string };
  /** @throws `MT_SESSION_ENDED`, `MT_API_KEY_INVALID`, and the store's error when it cannot be read */
  principal(): Promise<IdentityPrincipal>;
}

/** Reads the token of an `Authorization: Bearer` header: an access token or an API key. */
export class BearerTokens {
  readonly #tokens: SessionTokens;
  readonly #sessions: Sessions;
  readonly #apiKeys: ApiKeys;

  constructor(tokens: SessionTokens, sessions: Sessions, apiKeys: ApiKeys) {
    this.#tokens = tokens;
    this.#sessions = sessions;
    this.#apiKeys = apiKeys;
  }

  /**
   * Reads a token. An access token is verified here; an API key is looked up here too, because its tenant is trusted afterwards.
   *
   * @throws `MT_SESSION_ENDED`, `MT_API_KEY_INVALID`
   */
  async read(token: string): Promise<ReadBearerToken> {
    return isApiKey(token) ? this.#readApiKey(token) : this.#readAccess(await this.#tokens.verify('access', token));
  }

  #readAccess(claims: SessionClaims): ReadBearerToken {
    return {
      claims: { [TENANT_CLAIM]: claims.tenantId },
      principal: () => this.#sessions.principalOf(claims),
    };
  }

  async #readApiKey(token: string): Promise<ReadBearerToken> {
    const parts = parseApiKey(token);
    if (parts === null) throw new ApiKeyInvalidError();
    const principal = await this.#apiKeys.principalOf(token);
    return { claims: { [TENANT_CLAIM]: parts.tenantId }, principal: async () => principal };
  }
}
