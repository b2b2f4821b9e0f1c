import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { TableFacts } from './table-facts.js';

interface DefinerFunction {
  /** Quoted, with schema and arguments. */
  readonly signature: string;
  readonly owner: string;
  readonly source: string;
  /** Object ids of the relations that it is known to read: those of a body in standard SQL. */
  readonly relations: readonly string[];
}

// A body in a string is not in the catalog's dependencies.
const FUNCTIONS = `
  select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as signature,
    o.rolname::text as owner, coalesce(p.prosrc, '') as source,
    (select coalesce(json_agg(d.refobjid::text), '[]') from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
        and d.refclassid = 'pg_catalog.pg_class'::regclass) as relations
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_roles o on o.oid = p.proowner
  where p.prosecdef and (o.rolsuper or o.rolbypassrls) and o.rolname <> current_user
    and n.nspname not in ('pg_catalog', 'information_schema', 'tenantry')
    and pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
    and not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_proc'::regclass
      and x.objid = p.oid and x.deptype = 'e')
  order by 1`;

/**
 * Functions that run with the rights of a role past row-level security and, as far as can be seen, touch tables of tenants.
 * What a function does with their rows cannot be seen, so it is a warning.
 *
 * @internal
 */
export async function definerFunctionFindings(
  tx: SqlSession,
  tables: readonly TableFacts[],
): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<DefinerFunction>(FUNCTIONS, []);
  return rows.flatMap((definer) => {
    const touched = tables.filter((table) => touches(definer, table));
    return touched.length === 0 ? [] : [functionFinding(definer, touched)];
  });
}

function touches({ source, relations }: DefinerFunction, { oid, name }: TableFacts): boolean {
  return relations.includes(oid) || wordsOf(source).has(name.toLowerCase());
}

function wordsOf(source: string): ReadonlySet<string> {
  const quoted = [...source.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return new Set([...quoted, ...(source.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])].map((word) => word.toLowerCase()));
}

function functionFinding({ signature, owner }: DefinerFunction, touched: readonly TableFacts[]): IsolationFinding {
  const names = touched.map(({ name }) => quotedIdentifier(name)).join(', ');
  return finding(
    ['function-past-rls', 'warning'],
    `function ${signature}`,
    `runs with the rights of ${quotedIdentifier(owner)}, whom row-level security does not bind, and names ${names}`,
    {
      sql: `alter routine ${signature} security invoker;`,
      words: 'Or take EXECUTE away from the role, or see to it that it answers for the tenant alone.',
    },
  );
}
