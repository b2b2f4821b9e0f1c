import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import { usable } from './reachable-role.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';

interface RewriteRule {
  readonly name: string;
  /** The table or view that it is on, quoted with its schema. */
  readonly on: string;
  /** What it uses of tenants, each quoted with its schema. */
  readonly used: readonly string[];
}

/** Which rules are meant, by object ids. */
interface RuleChoice {
  /** The tables of tenants. */
  readonly tables: readonly string[];
  /** Tables and views whose rules are left alone. */
  readonly ignored: readonly string[];
  /** The roles in reach. */
  readonly roles: readonly string[];
}

const NAMED = (relation: string, namespace: string): string =>
  `'"' || replace(${namespace}.nspname, '"', '""') || '"."' || replace(${relation}.relname, '"', '""') || '"'`;

// A rule depends on its own table in any case: there, a second mention in its text shows that it uses the table.
const RULES = `
  with recursive used as (
    select distinct r.oid as rule, r.ev_class, d.refobjid from pg_catalog.pg_rewrite r
      join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
        and d.refclassid = 'pg_catalog.pg_class'::regclass where r.ev_enabled <> 'D'),
  reached as (
    select oid from unnest($1::text[]::oid[]) oid union select used.ev_class from reached join used on used.refobjid = reached.oid)
  select r.rulename::text as name, ${NAMED('c', 'n')} as on, json_agg(${NAMED('t', 'm')} order by m.nspname, t.relname) as used
  from pg_catalog.pg_rewrite r join used on used.rule = r.oid join reached on reached.oid = used.refobjid
  join pg_catalog.pg_class c on c.oid = r.ev_class join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class t on t.oid = used.refobjid join pg_catalog.pg_namespace m on m.oid = t.relnamespace
  where r.ev_type <> '1' and c.oid <> all ($2::text[]::oid[]) and ${usable('$3')}
    and (t.oid <> c.oid
      or cardinality(string_to_array(pg_catalog.pg_get_ruledef(r.oid), pg_catalog.format('%I.%I', n.nspname, c.relname))) > 2)
  group by n.nspname, c.relname, r.rulename order by n.nspname, c.relname, r.rulename`;

/**
 * Rules, of tables and views that a role in reach may use, that put a statement on rows of tenants in the place of another one or
 * beside it: such a statement has the rights of the owner of the table or view, not those of the role.
 *
 * @internal
 */
export async function rewriteRuleFindings(
  tx: SqlSession,
  { tables, ignored, roles }: RuleChoice,
): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<RewriteRule>(RULES, [tables, ignored, roles]);
  return rows.map(({ name, on, used }) =>
    finding(
      ['rule-past-rls', 'error'],
      `rule ${quotedIdentifier(name)} on ${on}`,
      `uses ${used.join(', ')} with the rights of the owner of ${on}`,
      {
        sql: `drop rule ${quotedIdentifier(name)} on ${on};`,
        words: 'Or take the role’s rights to what it is on away.',
      },
    ),
  );
}
