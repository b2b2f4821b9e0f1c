import { createHash, randomBytes } from 'node:crypto';
import { isTenantId } from '@tenantry/core';

/** The parts of an API key. */
export interface ApiKeyParts {
  readonly tenantId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly secret: string;
}

/** What every key begins with, so that scanners of sources find one that was committed. */
const PREFIX = 'tnk';
const SECRET_BYTES = 32;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** A fresh secret. */
export function newApiKeySecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a secret. It is random, so that a fast hash is enough. */
export function apiKeyHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Whether a bearer token looks like an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith(`${PREFIX}.`);
}

/** The text that is given to the user, once. */
export function apiKeyText({ tenantId, accountId, keyId, secret }: ApiKeyParts): string {
  return [PREFIX, Buffer.from(tenantId).toString('base64url'), accountId, keyId, secret].join('.');
}

/** The parts of a key; `null` = it is malformed. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const [prefix, tenant = '', accountId = '', keyId = '', secret = '', ...rest] = text.split('.');
  const tenantId = Buffer.from(tenant, 'base64url').toString();
  const wellFormed = prefix === PREFIX && rest.length === 0 && isTenantId(tenantId);
  if (!wellFormed || !UUID.test(accountId) || !UUID.test(keyId) || !SECRET.test(secret)) return null;
  return { tenantId, accountId, keyId, secret };
}
