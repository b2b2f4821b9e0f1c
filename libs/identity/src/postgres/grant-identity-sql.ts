import { ArgumentInvalidError } from '@tenantry/core';
import { IDENTITY_TABLES } from './identity-migrations.js';

const ROLE = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * SQL that lets a role use the accounts of tenants, under row-level security. Run it as the owner, after `migrateIdentity`; it can be
 * run again.
 *
 * @param role name of an existing role that row-level security binds; its case is kept
 * @returns one statement
 * @throws `MT_ARGUMENT_INVALID` for a malformed name
 */
export function grantIdentitySql(role: string): string {
  if (typeof role !== 'string' || !ROLE.test(role)) {
    throw new ArgumentInvalidError('role', role, '1 to 63 of A-Z a-z 0-9 _, not beginning with a digit');
  }
  return [
    'do $grant$ begin',
    `grant usage on schema tenantry_identity to "${role}";`,
    `grant select on tenantry_identity.permission to "${role}";`,
    `grant select, insert, update, delete on ${IDENTITY_TABLES.join(', ')} to "${role}";`,
    'end $grant$;',
  ].join('\n');
}
