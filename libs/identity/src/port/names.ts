import { canonicalIdentifier, isDomain } from '@tenantry/core';
import { IdentityInputError } from './identity.errors.js';

/** The built-in role that holds every permission of its tenant. It cannot be changed or deleted. */
export const ADMINISTRATOR_ROLE = 'admin';

/** Name of the user store whose passwords are kept with the accounts. */
export const PRIMARY_STORE = 'PRIMARY';

/** ASCII alone, tested before anything is lower-cased: no look-alike of another script passes. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const NAME_RANGE = '1 to 64 of a-z 0-9 . _ -, first and last a letter or digit';
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/;
const RESERVED_ACCOUNTS: ReadonlySet<string> = new Set(['anonymous', 'everyone', 'internal', 'nobody', 'system']);
const RESERVED_ROLES: ReadonlySet<string> = new Set([
  ADMINISTRATOR_ROLE,
  'administrator',
  'application',
  'everyone',
  'internal',
  'operator',
  'super',
  'system',
]);

/**
 * The canonical form of an account's name: ASCII, in lower case.
 *
 * @throws `MT_IDENTITY_INPUT_INVALID` also for reserved names
 */
export function accountName(value: string): string {
  return checked('account name', value, RESERVED_ACCOUNTS);
}

/**
 * The canonical form of the name of a role that a tenant makes: ASCII, in lower case.
 *
 * @throws `MT_IDENTITY_INPUT_INVALID` also for reserved names, such as `admin`
 */
export function roleName(value: string): string {
  return checked('role name', value, RESERVED_ROLES);
}

/**
 * The canonical form of an e-mail address: ASCII, in lower case, with a domain of at least two labels.
 *
 * @throws `MT_IDENTITY_INPUT_INVALID`
 */
export function emailAddress(value: string): string {
  const at = typeof value === 'string' ? value.lastIndexOf('@') : -1;
  const [local, domain] = at < 0 ? ['', ''] : [value.slice(0, at), value.slice(at + 1)];
  const host = canonicalIdentifier(domain);
  if (!LOCAL_PART.test(local) || host === null || !isDomain(host) || !host.includes('.') || value.length > 254) {
    throw new IdentityInputError('e-mail', value, 'an address such as alice@foo.com, in ASCII, 254 characters at most');
  }
  return `${local.toLowerCase()}@${host}`;
}

/** The canonical form of a name that is looked up, reserved ones too; `null` = no account or role can have it. */
export function lookedUpName(value: string): string | null {
  return typeof value === 'string' && NAME.test(value) ? value.toLowerCase() : null;
}

function checked(field: string, value: string, reserved: ReadonlySet<string>): string {
  if (typeof value !== 'string' || !NAME.test(value)) throw new IdentityInputError(field, value, NAME_RANGE);
  const name = value.toLowerCase();
  if (reserved.has(name)) throw new IdentityInputError(field, value, 'a name that is not reserved');
  return name;
}
