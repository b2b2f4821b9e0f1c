import { TenantTokenInvalidError } from '@tenantry/core';
import type { TenantRequest } from '@tenantry/core';

const BEARER_SCHEME = /^Bearer(?:\s|$)/i;
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
const MAX_LENGTH = 16_384;

/**
 * The signed token of a request.
 *
 * @returns `null` without an Authorization header, or with one of another scheme
 * @throws `MT_TENANT_TOKEN_INVALID` when there are two headers, or no signed token in compact form in it
 */
export function bearerTokenOf(request: TenantRequest): string | null {
  const values = request.headers('authorization');
  if (values.length > 1) throw new TenantTokenInvalidError('there is more than one Authorization header');
  const value = values[0];
  if (value === undefined || !BEARER_SCHEME.test(value)) return null;
  if (value.length > MAX_LENGTH) throw new TenantTokenInvalidError(`it is longer than ${MAX_LENGTH} characters`);
  const token = BEARER.exec(value)?.[1];
  if (token === undefined) throw new TenantTokenInvalidError('it is malformed or not signed');
  return token;
}
