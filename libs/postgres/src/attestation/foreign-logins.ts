import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import { anyOf, reachable, usable } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';

interface ForeignLogin {
  readonly server: string;
  /** `null` = every role. */
  readonly user: string | null;
}

// $1: roles in reach.
const LOGINS = `
  select m.srvname::text as server, r.rolname::text as user
  from pg_catalog.pg_user_mappings m left join pg_catalog.pg_roles r on r.oid = m.umuser
  where (m.umuser = 0 or ${reachable('nullif(m.umuser, 0)', '$1')})
    and (${anyOf('$1', `pg_catalog.has_server_privilege(s.oid, m.srvid, 'USAGE')`)}
      or exists (select from pg_catalog.pg_foreign_table f join pg_catalog.pg_class c on c.oid = f.ftrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace where f.ftserver = m.srvid and ${usable('$1')}))
  order by 1, 2`;

/**
 * Logins on foreign servers that a role in reach may use, through foreign tables or dblink: there, another role asks, which may
 * be bound by no policy.
 *
 * @internal
 */
export async function foreignLoginFindings(tx: SqlSession, roles: readonly string[]): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<ForeignLogin>(LOGINS, [roles]);
  return rows.map(({ server, user }) => {
    const [name, whose] = [quotedIdentifier(server), user === null ? 'public' : quotedIdentifier(user)];
    return finding(
      ['foreign-login', 'warning'],
      `user mapping of ${whose} for ${name}`,
      'logs the role in on another server, or on this one as another role, where the policies of this database do not apply',
      {
        sql: `drop user mapping for ${whose} server ${name};`,
        words: 'Or see to it that what it logs in as gets at no rows of tenants.',
      },
    );
  });
}
