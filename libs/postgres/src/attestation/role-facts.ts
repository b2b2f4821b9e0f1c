import type { SqlSession } from '../sql/sql-database.js';
import { assumable } from './reachable-role.js';

/** The role that statements run as, and where. */
export interface RoleFacts {
  readonly name: string;
  /** Who has logged in. */
  readonly login: string;
  /** Whether row-level security does not bind who has logged in. PGlite knows one login only, and it does not count there. */
  readonly loginUnbound: boolean;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  /** Object ids of itself and of the roles that it may become, but superusers. */
  readonly roles: readonly string[];
  /** What it can do past row-level security as another role, or with that one's rights. */
  readonly powers: readonly RolePower[];
  /** As `server_version_num`: 150014 is 15.14. */
  readonly version: number;
  /** The setting `row_security`. */
  readonly rowSecurity: boolean;
}

/** What can be done past row-level security. */
export interface RolePower {
  /** The role that can do it. */
  readonly name: string;
  /** `bypass` row-level security, `replicate`, become a member of any `role`, or reach the `server`: its files and programs. */
  readonly power: 'bypass' | 'replicate' | 'role' | 'server';
  /** The memberships that lead there; none where it is the role in use itself. */
  readonly through: readonly RoleMembership[];
}

/** That the role in use is a member of another one. */
export interface RoleMembership {
  readonly role: string;
  /** Who granted it; `null` = a role that no longer exists. */
  readonly grantor: string | null;
}

// Rights of superusers are not read: that the role may become one is enough to know.
const ROLE = `
  with recursive me as (select * from pg_catalog.pg_roles where rolname = current_user),
  become as (
    select oid, rolsuper from me
    union select r.oid, r.rolsuper from become b join pg_catalog.pg_roles r on ${assumable('b.oid', 'r.oid')} where not b.rolsuper),
  held as (
    select r.oid, r.rolname, p.power from pg_catalog.pg_roles r join become b on b.oid = r.oid
      cross join lateral (values ('bypass', r.rolsuper or r.rolbypassrls), ('replicate', r.rolreplication and not r.rolsuper),
        ('role', r.rolcreaterole and not r.rolsuper and current_setting('server_version_num')::int < 160000)) p(power, has)
      where p.has
    union all select r.oid, r.rolname, 'server' from pg_catalog.pg_roles r
      where r.rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
        and exists (select from become b where not b.rolsuper and pg_catalog.pg_has_role(b.oid, r.oid, 'USAGE')))
  select me.rolname::text as name, session_user::text as login,
    current_user <> session_user and pg_catalog.version() not like '%emscripten%' and exists (select from pg_catalog.pg_roles l
      where l.rolname = session_user and (l.rolsuper or l.rolbypassrls)) as "loginUnbound", me.rolsuper as superuser, me.rolbypassrls as "bypassesRls",
    current_setting('server_version_num')::int as version, current_setting('row_security')::boolean as "rowSecurity",
    (select json_agg(b.oid::text) from become b where b.oid = me.oid or not b.rolsuper) as roles,
    (select coalesce(json_agg(json_build_object('name', h.rolname, 'power', h.power, 'through',
        (select coalesce(json_agg(json_build_object('role', g.rolname, 'grantor', o.rolname) order by g.rolname, o.rolname), '[]')
          from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
          left join pg_catalog.pg_roles o on o.oid = m.grantor
          where h.oid <> me.oid and m.member = me.oid and pg_catalog.pg_has_role(m.roleid, h.oid, 'MEMBER')))
      order by h.power, h.rolname), '[]')
      from held h where not me.rolsuper and (h.oid <> me.oid or h.power <> 'bypass')) as powers
  from me`;

/**
 * The role that statements of this session run as.
 *
 * @internal
 */
export async function readRole(tx: SqlSession): Promise<RoleFacts> {
  const { rows } = await tx.query<RoleFacts>(ROLE, []);
  return rows[0] as RoleFacts;
}
