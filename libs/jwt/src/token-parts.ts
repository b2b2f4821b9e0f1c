import { TenantTokenInvalidError } from '@tenantry/core';
import { parseJsonObject } from './json-object.js';
import type { JsonMembers } from './json-object.js';

/** Longest `iss` that is accepted. */
export const MAX_ISSUER_LENGTH = 512;

/** What an unverified token says about how it should be verified. Good for choosing among what is configured, for nothing else. */
export interface TokenParts {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  readonly issuer: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a token without verifying it. Members of the header that bring or locate keys (`jwk`, `jku`, `x5u`, `x5c`) are not read.
 *
 * @param token three parts of base64url
 * @throws `MT_TENANT_TOKEN_INVALID` when it is malformed or ambiguous, or demands extensions (`crit`)
 */
export function readTokenParts(token: string): TokenParts {
  const [header, payload] = token.split('.', 2).map(decoded);
  if (!header || !payload) throw new TenantTokenInvalidError('its parts are not JSON objects with distinct names');
  const { alg, kid, typ } = header;
  if (Object.hasOwn(header, 'crit')) throw new TenantTokenInvalidError('it demands extensions that are not supported');
  if (typeof alg !== 'string' || !isOptionalText(kid) || !isOptionalText(typ)) {
    throw new TenantTokenInvalidError('its header is malformed');
  }
  return { alg, kid, typ, issuer: issuerOf(payload) };
}

function issuerOf({ iss }: JsonMembers): string {
  if (typeof iss === 'string' && iss !== '' && iss.length <= MAX_ISSUER_LENGTH) return iss;
  throw new TenantTokenInvalidError('it does not name one issuer');
}

function decoded(part: string): JsonMembers | null {
  try {
    return parseJsonObject(decoder.decode(Buffer.from(part, 'base64url')));
  } catch {
    return null;
  }
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
