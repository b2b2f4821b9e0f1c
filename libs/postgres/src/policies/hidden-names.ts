/**
 * SQL that returns whether a row of `pg_policy` uses functions or operators that its conditions do not name as they are printed:
 * the operator in `NULLIF` or `IS DISTINCT FROM`, and the function of a cast. Those of PostgreSQL itself do not count.
 *
 * The search path has to be `pg_catalog, pg_temp`, so that every other name is printed with its schema.
 *
 * @param policy alias of the row
 * @internal
 */
export function hiddenNames(policy: string): string {
  const printed = (column: string): string =>
    `coalesce(pg_catalog.pg_get_expr(${policy}.${column}, ${policy}.polrelid), '')`;
  return `exists (select from pg_catalog.pg_depend d
    left join pg_catalog.pg_proc f on d.refclassid = 'pg_catalog.pg_proc'::regclass and f.oid = d.refobjid
    left join pg_catalog.pg_operator o on d.refclassid = 'pg_catalog.pg_operator'::regclass and o.oid = d.refobjid
    join pg_catalog.pg_namespace n on n.oid = coalesce(f.pronamespace, o.oprnamespace)
    where d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = ${policy}.oid
      and position(case when o.oid is null then pg_catalog.format('%I.%I(', n.nspname, f.proname)
        else pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) end
        in ${printed('polqual')} || ' ' || ${printed('polwithcheck')}) = 0)`;
}

/**
 * What the system catalog writes names its schema, and is read right, from here to the end of the transaction.
 *
 * @internal
 */
export const PLAIN_SEARCH_PATH = `select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)`;
