import { TenantFieldInvalidError } from '../errors/catalog.errors.js';

const MAX_LENGTH = 253;
/** Most identifiers: one label, canonical as it is, and no number. */
const PLAIN = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
const IDENTIFIER = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What some parsers read as an IP address, short, octal and hexadecimal spellings included: `1.1`, `0x7f.1`. */
const ADDRESS_LIKE = /^(?:\d+|0x[0-9a-f]*)(?:\.(?:\d+|0x[0-9a-f]*))+$/i;
const NUMERIC_LAST_LABEL = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;

/** Names that no tenant may take as id, domain or alias. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['super', 'localhost', 'localhost.localdomain']);

/** The grammar of a domain, for messages. */
export const DOMAIN_RANGE =
  'a lower-case ASCII host name (labels of letters, digits, hyphen; IDN as xn--; the last one no number), 253 characters at most, not reserved';

/**
 * Brings an identifier from a request to its one canonical form: an ASCII allow-list first, then lower case.
 *
 * @param raw a host name without port, path segment, header value or claim
 * @returns the canonical form, or `null` when the text is malformed or reads like an IP address (`1.1`). Idempotent: a
 *   canonical form is its own.
 */
export function canonicalIdentifier(raw: string): string | null {
  if (raw.length <= MAX_LENGTH && PLAIN.test(raw)) return raw;
  if (raw.length > MAX_LENGTH || !IDENTIFIER.test(raw) || raw.includes('..') || ADDRESS_LIKE.test(raw)) return null;
  return raw.toLowerCase();
}

/** Whether a host name ends in a number (`foo.1`, `0x7f.1`): URL parsers take such a name for an IP address or refuse it. */
export function endsInNumber(host: string): boolean {
  return NUMERIC_LAST_LABEL.test(host);
}

/** Whether a text is a host name in canonical form that a tenant may take. Names that end in a number (IP-like) are refused. */
export function isDomain(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return false;
  if (RESERVED_NAMES.has(value) || endsInNumber(value)) return false;
  return value.split('.').every((label) => HOST_LABEL.test(label));
}

/**
 * Checks a domain or alias before it is recorded.
 *
 * @throws {@link TenantFieldInvalidError} `MT_TENANT_FIELD_INVALID` naming the field and the value
 */
export function assertDomain(field: 'domain' | 'aliases', value: unknown): asserts value is string {
  if (!isDomain(value)) throw new TenantFieldInvalidError(field, value, DOMAIN_RANGE);
}
