import type { SqlSession } from '../sql/sql-database.js';

/** The role that statements run as. */
export interface CurrentRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
}

/** A policy of a table. */
export interface TablePolicy {
  readonly name: string;
  readonly command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly using: string | null;
  readonly check: string | null;
}

/** A table or view as the system catalog has it. */
export interface TableFacts {
  /** `r` table, `p` partitioned table, `v` view, `m` materialized view, and others. */
  readonly kind: string;
  readonly securityInvoker: boolean;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** Whether the current role owns the table, itself or through a membership. */
  readonly owned: boolean;
  /** Permissive policies only: restrictive ones cannot let anything through. */
  readonly policies: readonly TablePolicy[];
}

const CURRENT_ROLE = `
  select rolname::text as name, rolsuper as superuser, rolbypassrls as "bypassesRls"
  from pg_catalog.pg_roles where rolname = current_user`;

const TABLE = `
  select c.relkind::text as kind, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
    pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER') as owned,
    coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) o
      where o.option_name = 'security_invoker'), false) as "securityInvoker",
    (select coalesce(json_agg(json_build_object('name', p.policyname, 'command', p.cmd, 'using', p.qual, 'check', p.with_check)
      order by p.policyname), '[]') from pg_catalog.pg_policies p
      where p.schemaname = n.nspname and p.tablename = c.relname and p.permissive = 'PERMISSIVE') as policies
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid = pg_catalog.to_regclass($1)`;

/**
 * The role that statements of this session run as.
 *
 * @internal
 */
export async function readCurrentRole(tx: SqlSession): Promise<CurrentRole> {
  const { rows } = await tx.query<CurrentRole>(CURRENT_ROLE, []);
  return rows[0] as CurrentRole;
}

/**
 * What the system catalog knows of a table or view.
 *
 * @param quotedTable as in SQL
 * @returns `null` when there is no such table
 * @internal
 */
export async function readTable(tx: SqlSession, quotedTable: string): Promise<TableFacts | null> {
  const { rows } = await tx.query<TableFacts>(TABLE, [quotedTable]);
  return rows[0] ?? null;
}
