import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import { reachable } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { RoleFacts } from './role-facts.js';

// $1: roles in reach.
const OPEN = `
  select exists (select from pg_catalog.pg_largeobject_metadata l
    where current_setting('lo_compat_privileges')::boolean or ${reachable('l.lomowner', '$1')}
      or exists (select from pg_catalog.aclexplode(l.lomacl) x
        where x.grantee = 0 or ${reachable('nullif(x.grantee, 0)', '$1')})) as open`;

/**
 * Large objects that a role in reach may read or write: they belong to a role, and to no tenant.
 *
 * @internal
 */
export async function largeObjectFindings(tx: SqlSession, { name, roles }: RoleFacts): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<{ open: boolean }>(OPEN, [roles]);
  if (!rows[0]?.open) return [];
  return [
    finding(
      ['large-objects', 'warning'],
      'Large objects',
      `are there that ${quotedIdentifier(name)} may use, whichever tenant it works for: they have no row-level security`,
      { words: 'Keep such data as bytea in a table of tenants, and remove them with lo_unlink.' },
    ),
  ];
}
