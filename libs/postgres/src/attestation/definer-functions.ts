import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import { anyOf, usable } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { TenantTable } from './tenant-tables.js';

interface DefinerFunction {
  /** Quoted, with schema and arguments. */
  readonly signature: string;
  readonly owner: string;
  readonly source: string;
  /** Object ids of the relations that it is known to read: those of a body in standard SQL. */
  readonly relations: readonly string[];
  /** Object ids of the tables of tenants whose policies do not bind its owner. */
  readonly unbound: readonly string[];
  /** The triggers that call it, quoted, and the object id of what each is on; `null` for an event trigger. */
  readonly triggers: readonly { readonly name: string; readonly on: string | null }[];
}

/** How a trigger function names the table that its trigger is on. */
const OWN_TABLE = ['tg_table_name', 'tg_relname', 'tg_relid'];

// A trigger calls its function whoever may EXECUTE it. $1: tables of tenants; $2: roles in reach.
const TRIGGERS = `(select coalesce(json_agg(t order by t.name), '[]') from (
  select pg_catalog.format('%I on %I.%I', t.tgname, n.nspname, c.relname) as name, c.oid::text as on
    from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where t.tgfoid = p.oid and not t.tgisinternal and t.tgenabled <> 'D'
      and (c.oid = any ($1::text[]::oid[]) or ${usable('$2')})
  union all select pg_catalog.format('%I', e.evtname), null from pg_catalog.pg_event_trigger e
    where e.evtfoid = p.oid and e.evtenabled <> 'D') t)`;

// The owner of a table that is not forced is not bound, nor is anybody where row-level security is off.
const UNBOUND = `(select coalesce(json_agg(c.oid::text), '[]') from pg_catalog.pg_class c
  where c.oid = any ($1::text[]::oid[]) and (o.rolsuper or o.rolbypassrls
    or (not c.relrowsecurity and pg_catalog.has_table_privilege(o.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
    or (not c.relforcerowsecurity and pg_catalog.pg_has_role(o.oid, c.relowner, 'USAGE'))))`;

// A body in a string is not in the catalog's dependencies.
const FUNCTIONS = `
  select * from (
    select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as signature,
      o.rolname::text as owner, coalesce(p.prosrc, '') as source,
      (select coalesce(json_agg(d.refobjid::text), '[]') from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::regclass) as relations,
      ${UNBOUND} as unbound, ${TRIGGERS} as triggers,
      ${anyOf(
        '$2',
        `pg_catalog.has_schema_privilege(s.oid, n.oid, 'USAGE') and pg_catalog.has_function_privilege(s.oid, p.oid, 'EXECUTE')`,
      )} as executable
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_roles o on o.oid = p.proowner
    where p.prosecdef and o.rolname <> current_user
      and n.nspname not in ('pg_catalog', 'information_schema', 'tenantry')
      and not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_proc'::regclass
        and x.objid = p.oid and x.deptype = 'e')) f
  where f.unbound::text <> '[]' and (f.executable or f.triggers::text <> '[]')
  order by f.signature`;

/**
 * Functions that run with the rights of a role past row-level security and, as far as can be seen, touch tables of tenants.
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
  const { rows } = await tx.query<DefinerFunction>(FUNCTIONS, [tables.map(({ oid }) => oid), roles]);
  return rows.flatMap((definer) => {
    const words = wordsOf(definer.source);
    const touched = tables.filter((table) => definer.unbound.includes(table.oid) && touches(definer, words, table));
    return touched.length === 0 ? [] : [functionFinding(definer, touched)];
  });
}

function touches(
  { relations, triggers }: DefinerFunction,
  words: ReadonlySet<string>,
  { oid, name }: TenantTable,
): boolean {
  const isOwn = triggers.some(({ on }) => on === oid) && OWN_TABLE.some((word) => words.has(word));
  return isOwn || relations.includes(oid) || words.has(name.toLowerCase());
}

function wordsOf(source: string): ReadonlySet<string> {
  const quoted = [...source.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return new Set([...quoted, ...(source.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])].map((word) => word.toLowerCase()));
}

function functionFinding(
  { signature, owner, triggers }: DefinerFunction,
  touched: readonly TenantTable[],
): IsolationFinding {
  const names = touched.map(({ name }) => quotedIdentifier(name)).join(', ');
  const what = `runs with the rights of ${quotedIdentifier(owner)}, whom row-level security does not bind, and uses ${names}`;
  const sql = `alter routine ${signature} security invoker;`;
  if (triggers.length === 0) {
    const words = 'Or take EXECUTE away from the role, or see to it that it answers for the tenant alone.';
    return finding(['function-past-rls', 'warning'], `function ${signature}`, what, { sql, words });
  }
  const called = `${what}; it is called by the trigger ${triggers.map((trigger) => trigger.name).join(', ')}, whoever may EXECUTE it`;
  const words = 'Or drop the trigger, or see to it that it keeps to the tenant of the row.';
  return finding(['trigger-past-rls', 'warning'], `function ${signature}`, called, { sql, words });
}
