import { quotedIdentifier } from '../policies/quoted-identifier.js';

/** Who was granted a right to something. */
export interface Grant {
  readonly privilege: string;
  /** `null` = PUBLIC. */
  readonly grantees: readonly (string | null)[];
  /** Who granted it, but the owner. */
  readonly grantors: readonly string[];
}

/**
 * SQL that revokes a right from any grantor: a superuser revokes as the owner, and so undoes the grants of others only
 * through their option to grant.
 *
 * @param on what it is a right to: `table x`, `schema y`
 * @internal
 */
export function revokeSql({ privilege, grantees, grantors }: Grant, on: string): string {
  const right = privilege.toLowerCase();
  const revoked = `revoke ${right} on ${on} from ${rolesSql(grantees)} cascade;`;
  if (grantors.length === 0) return revoked;
  return `revoke grant option for ${right} on ${on} from ${rolesSql(grantors)} cascade;\n${revoked}`;
}

/**
 * Roles as SQL names them, `null` for PUBLIC.
 *
 * @internal
 */
export function rolesSql(roles: readonly (string | null)[]): string {
  return roles.map((role) => (role === null ? 'public' : quotedIdentifier(role))).join(', ');
}
