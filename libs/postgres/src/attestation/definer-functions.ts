import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { DefinerReach } from './definer-reach.js';
import { finding } from './isolation-finding.js';
import { anyOf, usable } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { ReachingFunction, ReachingView } from './definer-reach.js';
import type { TenantTable } from './tenant-tables.js';

interface DefinerFunction extends ReachingFunction {
  /** Quoted, with schema and arguments. */
  readonly signature: string;
  /** Whether its owner is the role in use. */
  readonly own: boolean;
}

// A trigger calls its function without checking EXECUTE. $1: tables of tenants; $2: roles in reach.
const TRIGGERS = `(select coalesce(json_agg(t order by t.name), '[]') from (
  select pg_catalog.format('%I on %I.%I', t.tgname, n.nspname, c.relname) as name, c.oid::text as on
    from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where t.tgfoid = p.oid and not t.tgisinternal and t.tgenabled <> 'D'
      and (c.oid = any ($1::text[]::oid[]) or ${usable('$2')})
  union all select pg_catalog.format('%I', e.evtname), null from pg_catalog.pg_event_trigger e
    where e.evtfoid = p.oid and e.evtenabled <> 'D') t)`;

// The owner of a table that is not forced is not bound, nor is any role where row-level security is off.
const UNBOUND = `(select coalesce(json_agg(c.oid::text), '[]') from pg_catalog.pg_class c
  where c.oid = any ($1::text[]::oid[]) and (o.rolsuper or o.rolbypassrls
    or (not c.relrowsecurity and pg_catalog.has_table_privilege(o.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
    or (not c.relforcerowsecurity and pg_catalog.pg_has_role(o.oid, c.relowner, 'USAGE'))))`;

const OURS = (catalog: string, row: string): string =>
  `n.nspname not in ('pg_catalog', 'information_schema', 'tenantry') and not exists (select from pg_catalog.pg_depend x
    where x.classid = 'pg_catalog.${catalog}'::regclass and x.objid = ${row}.oid and x.deptype = 'e')`;

const USED = (user: string, used: string): string =>
  `(select coalesce(json_agg(d.refobjid::text), '[]') from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass
    and d.objid = ${user}.oid and d.refclassid = 'pg_catalog.${used}'::regclass)`;

// A body in a string is not in the catalog's dependencies.
const FUNCTIONS = `
  select p.oid::text as oid, p.proname::text as name, p.prosecdef as definer, o.rolname = current_user as own,
    pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as signature,
    o.rolname::text as owner, coalesce(p.prosrc, '') as source,
    ${USED('p', 'pg_class')} as relations, ${USED('p', 'pg_proc')} as calls,
    case when p.prosecdef then ${UNBOUND} else '[]' end as unbound, ${TRIGGERS} as triggers,
    ${anyOf(
      '$2',
      `pg_catalog.has_schema_privilege(s.oid, n.oid, 'USAGE') and pg_catalog.has_function_privilege(s.oid, p.oid, 'EXECUTE')`,
    )} as executable
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_roles o on o.oid = p.proowner
  where ${OURS('pg_proc', 'p')} order by signature`;

const VIEWS = `
  select v.oid::text as oid, v.relname::text as name, v.relkind::text as kind, o.rolname::text as owner, ${UNBOUND} as unbound,
    coalesce((select e.option_value::boolean from pg_catalog.pg_options_to_table(v.reloptions) e
      where e.option_name = 'security_invoker'), false) as invoker,
    (select coalesce(json_agg(distinct d.refobjid::text), '[]') from pg_catalog.pg_rewrite r join pg_catalog.pg_depend d
      on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
      where r.ev_class = v.oid and d.refobjid <> v.oid) as relations
  from pg_catalog.pg_class v join pg_catalog.pg_namespace n on n.oid = v.relnamespace
  join pg_catalog.pg_roles o on o.oid = v.relowner
  where v.relkind in ('v', 'm') and ${OURS('pg_class', 'v')} order by n.nspname, v.relname`;

/**
 * Functions that run with the rights of a role past row-level security and, as far as can be seen, touch tables of tenants: in their body, or through views and other functions.
 * What a function does with their rows cannot be seen, so it is a warning.
 *
 * @param roles object ids of the roles in reach
 * @internal
 */
export async function definerFunctionFindings(
  tx: SqlSession,
  tables: readonly TenantTable[],
  roles: readonly string[],
): Promise<IsolationFinding[]> {
  const oids = tables.map(({ oid }) => oid);
  const functions = await tx.query<DefinerFunction>(FUNCTIONS, [oids, roles]);
  const views = await tx.query<ReachingView>(VIEWS, [oids]);
  const reach = new DefinerReach(tables, functions.rows, views.rows);
  const callable = functions.rows.filter(
    ({ definer, own, executable, triggers }) => definer && !own && (executable || triggers.length > 0),
  );
  return callable.flatMap((definer) => {
    const touched = reach.of(definer);
    return touched.length === 0 ? [] : [functionFinding(definer, touched)];
  });
}

function functionFinding(
  { signature, owner, triggers }: DefinerFunction,
  touched: readonly TenantTable[],
): IsolationFinding {
  const names = touched.map(({ name }) => quotedIdentifier(name)).join(', ');
  const what = `runs with the rights of ${quotedIdentifier(owner)}, which row-level security does not bind, and uses ${names}`;
  const sql = `alter routine ${signature} security invoker;`;
  if (triggers.length === 0) {
    const words = 'Or take EXECUTE away from the role, or see to it that it answers for the tenant alone.';
    return finding(['function-past-rls', 'warning'], `function ${signature}`, what, { sql, words });
  }
  const called = `${what}; it is called by the trigger ${triggers.map((trigger) => trigger.name).join(', ')}, which does not check EXECUTE`;
  const words = 'Or drop the trigger, or see to it that it keeps to the tenant of the row.';
  return finding(['trigger-past-rls', 'warning'], `function ${signature}`, called, { sql, words });
}
