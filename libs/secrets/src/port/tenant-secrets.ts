import type { JsonObject, TenantId } from '@tenantry/core';
import type { Secret } from './secret.js';

/** One version of a tenant's credentials. */
export interface SecretVersion {
  /** Changes whenever the value does. Not secret: it says nothing about the value. */
  readonly version: string;
  readonly value: Secret<JsonObject>;
  /** When the value stops working, milliseconds since 1970; absent = not known. */
  readonly expiresAt?: number;
}

/** How a call of {@link TenantSecrets} ends early. */
export interface SecretCallOptions {
  /** Ends this call; work that other callers share continues. */
  readonly signal: AbortSignal;
}

/**
 * Where the credentials of tenants are. An implementation throws `MT_SECRETS_UNAVAILABLE` for an outage,
 * `MT_SECRETS_LOGIN_REFUSED` when the login of this service is refused, and `MT_SECRET_MISSING`, `MT_SECRET_DENIED` or
 * `MT_SECRET_INVALID` for the one tenant. No error carries a secret.
 */
export interface TenantSecrets {
  /** The current version of a tenant's credentials. Nothing is cached. */
  read(tenantId: TenantId, options: SecretCallOptions): Promise<SecretVersion>;
  /** The current version's name without its value, where that is cheaper. Default: that of {@link read}. */
  version?(tenantId: TenantId, options: SecretCallOptions): Promise<string>;
  /** Ends background work. Later calls fail. Idempotent. */
  close(): Promise<void>;
}
