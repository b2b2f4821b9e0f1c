import { quote } from '../errors/quote.js';
import { TenantIdentifierInvalidError } from '../errors/tenant.errors.js';

declare const brand: unique symbol;

/**
 * The immutable id of a tenant: 1 to 63 of `A-Z a-z 0-9 . _ -`, first and last alphanumeric.
 * Never reused, and unique without regard to case. Use it as a `Map` key, never as a property name.
 */
export type TenantId = string & { readonly [brand]: 'TenantId' };

const TENANT_ID = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** The grammar of a tenant id, for messages. */
export const TENANT_ID_RANGE = '1 to 63 of A-Z a-z 0-9 . _ -, first and last alphanumeric';

/** Whether a value is a well-formed tenant id. Says nothing about whether such a tenant exists. */
export function isTenantId(value: unknown): value is TenantId {
  return typeof value === 'string' && TENANT_ID.test(value);
}

/**
 * Checks a value and brands it as a tenant id.
 *
 * @param value the id as text; its case is kept
 * @throws {@link TenantIdentifierInvalidError} `MT_TENANT_IDENTIFIER_INVALID` when it is malformed, blank or not a string
 */
export function tenantId(value: string): TenantId {
  if (!isTenantId(value)) {
    throw new TenantIdentifierInvalidError(`${quote(value)} is no tenant id, which is ${TENANT_ID_RANGE}`);
  }
  return value;
}
