import type { SqlSession } from '../sql/sql-database.js';
import { assumable } from './reachable-role.js';

/** The role that statements run as, and where. */
export interface RoleFacts {
  readonly name: string;
  /** Who has logged in. */
  readonly login: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  /** Roles past row-level security that it may change to, each with the memberships that lead there. */
  readonly assumable: readonly { readonly name: string; readonly through: readonly string[] }[];
  /** As `server_version_num`: 150014 is 15.14. */
  readonly version: number;
  /** The setting `row_security`. */
  readonly rowSecurity: boolean;
}

const ROLE = `
  select me.rolname::text as name, session_user::text as login, me.rolsuper as superuser, me.rolbypassrls as "bypassesRls",
    current_setting('server_version_num')::int as version, current_setting('row_security')::boolean as "rowSecurity",
    (select coalesce(json_agg(json_build_object('name', r.rolname, 'through',
        (select coalesce(json_agg(g.rolname order by g.rolname), '[]') from pg_catalog.pg_auth_members m
          join pg_catalog.pg_roles g on g.oid = m.roleid
          where m.member = me.oid and pg_catalog.pg_has_role(m.roleid, r.oid, 'MEMBER')))
      order by r.rolname), '[]')
      from pg_catalog.pg_roles r
      where not me.rolsuper and r.oid <> me.oid and (r.rolsuper or r.rolbypassrls) and ${assumable('r.oid')}) as assumable
  from pg_catalog.pg_roles me where me.rolname = current_user`;

/**
 * The role that statements of this session run as.
 *
 * @internal
 */
export async function readRole(tx: SqlSession): Promise<RoleFacts> {
  const { rows } = await tx.query<RoleFacts>(ROLE, []);
  return rows[0] as RoleFacts;
}
