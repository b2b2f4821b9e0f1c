import { finding } from './isolation-finding.js';
import { anyOf } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';

// $1: roles in reach.
const FUNCTIONS = `
  select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as signature
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proleakproof and n.nspname not in ('pg_catalog', 'information_schema', 'tenantry')
    and not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_proc'::regclass
      and x.objid = p.oid and x.deptype = 'e')
    and ${anyOf(
      '$1',
      `pg_catalog.has_schema_privilege(s.oid, n.oid, 'USAGE') and pg_catalog.has_function_privilege(s.oid, p.oid, 'EXECUTE')`,
    )}
  order by 1`;

/**
 * Functions of one's own that are marked LEAKPROOF: they may be called before a policy has checked the row. Whether they leak
 * their arguments cannot be seen, so it is a warning.
 *
 * @internal
 */
export async function leakproofFindings(tx: SqlSession, roles: readonly string[]): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<{ signature: string }>(FUNCTIONS, [roles]);
  return rows.map(({ signature }) =>
    finding(
      ['function-leakproof', 'warning'],
      `function ${signature}`,
      'is marked LEAKPROOF, so that it receives values of rows that no policy has checked yet',
      {
        sql: `alter function ${signature} not leakproof;`,
        words: 'Or see to it that neither errors nor notices show its arguments.',
      },
    ),
  );
}
