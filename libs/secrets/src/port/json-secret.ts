import { createHmac, randomBytes } from 'node:crypto';
import type { JsonObject } from '@tenantry/core';
import { Secret } from './secret.js';
import { SecretInvalidError } from './secrets.errors.js';
import type { SecretVersion } from './tenant-secrets.js';

/** Credentials in one text, of 1 MiB at most: what a file or a variable may hold. */
export const MAX_SECRET_BYTES = 1_048_576;

/**
 * Reads a text that must be a JSON object.
 *
 * @throws `MT_SECRET_INVALID`; the parser's message quotes the text, so it is dropped
 */
export function parseSecret(tenantId: string, text: string): Secret<JsonObject> {
  const value = jsonOf(text);
  if (isJsonObject(value)) return new Secret(value);
  throw new SecretInvalidError(tenantId, 'are not a JSON object');
}

/** Whether a parsed JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names versions of texts that have none: equal for equal texts within one process, and of no use to guess a text. */
export class ContentVersions {
  readonly #key = randomBytes(32);

  /** The version of a text with its parsed value. */
  of(text: string, value: Secret<JsonObject>): SecretVersion {
    return { version: createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, 22), value };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
