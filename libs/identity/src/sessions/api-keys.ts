import { timingSafeEqual } from 'node:crypto';
import { ApiKeyInvalidError, ApiKeyUnknownError, IdentityInputError } from '../port/identity.errors.js';
import type { IdentityAudit } from '../port/identity-audit.js';
import type { IdentityPrincipal } from '../port/identity-principal.js';
import type { IdentityStore } from '../port/identity-store.js';
import type { ApiKeySummary, StoredApiKey } from '../port/session.js';
import type { GrantRule } from '../management/grant-rule.js';
import type { Authorizations } from '../permissions/authorizations.js';
import { apiKeyHash, apiKeyText, newApiKeySecret, parseApiKey } from './api-key-text.js';

/** A key to create. */
export interface ApiKeyRequest {
  /** For people, 1 to 100 characters. */
  readonly name: string;
  /** Permissions that the key has at most; the creator holds each of them. */
  readonly scopes: readonly string[];
  /** Milliseconds from now, one minute and up. Default: it does not expire. */
  readonly lifetimeMs?: number;
}

/** What {@link ApiKeys} works with. */
export interface ApiKeysParts {
  readonly store: IdentityStore;
  readonly authorizations: Authorizations;
  readonly rule: GrantRule;
  readonly audit: IdentityAudit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const MINUTE_MS = 60_000;
const MAX_KEYS = 50;

/**
 * Keys for machines. A key acts for its account with the permissions of its scopes that the account still holds. It ends with the
 * account, when it is removed and when it expires; inactivity and the end of sessions do not touch it, and its use is no use by a person.
 */
export class ApiKeys {
  readonly #parts: ApiKeysParts;

  constructor(parts: ApiKeysParts) {
    this.#parts = parts;
  }

  /**
   * Creates a key of the principal's own account.
   *
   * @returns the summary, and the key itself, which is shown once and not kept
   * @throws `MT_IDENTITY_INPUT_INVALID`, `MT_GRANT_REFUSED` for a scope that the principal does not hold
   */
  async create(
    principal: IdentityPrincipal,
    request: ApiKeyRequest,
  ): Promise<ApiKeySummary & { readonly key: string }> {
    const { tenantId, accountId } = principal;
    assertRequest(request);
    await this.#parts.rule.assertPermissions(tenantId, request.scopes, principal);
    const tenant = this.#parts.store.forTenant(tenantId);
    if ((await tenant.listApiKeys(accountId)).length >= MAX_KEYS) {
      throw new IdentityInputError('number of API keys', MAX_KEYS + 1, `at most ${MAX_KEYS} for an account`);
    }
    const secret = newApiKeySecret();
    const { name, scopes, lifetimeMs = null } = request;
    const hash = apiKeyHash(secret);
    const added = await tenant.addApiKey({ accountId, name, hash, scopes: [...new Set(scopes)], lifetimeMs });
    this.#changed('api-key.added', principal);
    return { ...added, key: apiKeyText({ tenantId, accountId, keyId: added.id, secret }) };
  }

  /** The keys of an account, oldest first. */
  list(tenantId: string, accountId: string): Promise<ApiKeySummary[]> {
    return this.#parts.store.forTenant(tenantId).listApiKeys(accountId);
  }

  /** Removes a key of the principal's own account. @throws `MT_API_KEY_UNKNOWN` */
  async remove(principal: IdentityPrincipal, keyId: string): Promise<void> {
    const { tenantId, accountId } = principal;
    const isRemoved = await this.#parts.store.forTenant(tenantId).removeApiKey(keyId, accountId);
    this.#changed('api-key.removed', principal);
    if (!isRemoved) throw new ApiKeyUnknownError(tenantId);
  }

  /** Whom a key stands for now. @throws `MT_API_KEY_INVALID`, and the store's error when it cannot be read */
  async principalOf(text: string): Promise<IdentityPrincipal> {
    const parts = parseApiKey(text);
    if (parts === null) throw new ApiKeyInvalidError();
    const { tenantId, accountId, keyId, secret } = parts;
    const account = await this.#parts.authorizations.of(tenantId, accountId);
    const key = account?.active === true ? account.apiKeys.find(({ id }) => id === keyId) : undefined;
    if (key === undefined || !this.#isGood(key, secret)) throw new ApiKeyInvalidError(tenantId);
    return { tenantId, accountId, name: `api-key:${keyId}`, apiKeyId: keyId, scopes: key.scopes };
  }

  #isGood({ hash, expiresAtMs }: StoredApiKey, secret: string): boolean {
    if (expiresAtMs !== null && this.#parts.now() >= expiresAtMs) return false;
    return timingSafeEqual(Buffer.from(apiKeyHash(secret)), Buffer.from(hash));
  }

  #changed(action: string, { tenantId, accountId }: IdentityPrincipal): void {
    this.#parts.authorizations.invalidate(tenantId);
    this.#parts.audit.publish({ action, tenantId, accountId, actorId: accountId });
  }
}

function assertRequest({ name, lifetimeMs }: ApiKeyRequest): void {
  if (typeof name !== 'string' || name.length < 1 || name.length > 100) {
    throw new IdentityInputError('name of the API key', name, '1 to 100 characters');
  }
  if (lifetimeMs !== undefined && !(Number.isInteger(lifetimeMs) && lifetimeMs >= MINUTE_MS)) {
    throw new IdentityInputError('lifetime of the API key', lifetimeMs, 'a whole number of milliseconds, 60000 and up');
  }
}
