import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { isTenantColumnType, rowPolicySql } from '../policies/row-policy-sql.js';
import { finding } from './isolation-finding.js';
import { commandsOf } from './policy-evaluator.js';
import type { PolicyEvaluator } from './policy-evaluator.js';
import type { IsolationFinding, Remedy } from './isolation-finding.js';
import type { TableFacts, TablePolicy } from './table-facts.js';

const BY_HAND = 'Give the table a column tenant_id (tenantPoliciesSql writes the SQL) and policies that compare it.';

const ACCEPT = 'Where its rows are for every tenant, make it FOR SELECT and name it in acceptPolicies.';

/** How policies are evaluated. */
export interface PolicyRules {
  readonly evaluator: PolicyEvaluator;
  /** Whether the operator has accepted a policy that shows rows of every tenant. */
  readonly isAccepted: (facts: TableFacts, policy: TablePolicy) => boolean;
}

/**
 * What is wrong with the policies of a table.
 *
 * @internal
 */
export function policyFindings(table: string, facts: TableFacts, rules: PolicyRules): IsolationFinding[] {
  const permissive = facts.policies.filter((policy) => policy.permissive);
  return [
    ...permissive
      .filter((policy) => policy.reachable && !rules.isAccepted(facts, policy))
      .flatMap((policy) => singlePolicyFindings(table, policy, facts, rules)),
    ...gapFindings(
      table,
      // What only another role may use has to have policies of that one's.
      permissive.filter(({ applies, reachable }) => (facts.commands.length > 0 ? applies : reachable)),
      facts,
    ),
  ];
}

function singlePolicyFindings(
  table: string,
  policy: TablePolicy,
  facts: TableFacts,
  rules: PolicyRules,
): IsolationFinding[] {
  const object = `policy ${quotedIdentifier(policy.name)} on ${table}`;
  const remedy = droppedOrReplaced(policy, facts, rules);
  const writes = commandsOf(policy, 'check');
  const [seen, written] = [
    rules.evaluator.evaluate(facts, policy, 'using'),
    rules.evaluator.evaluate(facts, policy, 'check'),
  ];
  if (policy.check === null && writes.length > 0 && written === 'unbound') {
    return [finding(['policy-without-check', 'error'], object, 'has no WITH CHECK', remedy)];
  }
  if (seen === 'unbound' || written === 'unbound') {
    const what = 'lets rows through without regard to tenantry.tenant_id';
    return [finding(['policy-not-bound-to-tenant', 'error'], object, what, remedy)];
  }
  if (seen === 'bound' && written === 'bound') return [];
  const words = `Test what it lets through, or replace it: ${remedy.sql ?? BY_HAND}`;
  const what = 'refers to tenantry.tenant_id in a way that is not understood';
  return [finding(['policy-not-understood', 'warning'], object, what, { words })];
}

/** Another policy that binds the table stays as it is. */
function droppedOrReplaced(policy: TablePolicy, facts: TableFacts, { evaluator }: PolicyRules): Remedy {
  const isGlobal = commandsOf(policy, 'using').includes('SELECT');
  const words = isGlobal ? ACCEPT : undefined;
  const others = facts.policies.filter((other) => other !== policy && other.permissive && other.applies);
  const covers = (other: TablePolicy, command: string): boolean =>
    (other.command === 'ALL' || other.command === command) &&
    (['using', 'check'] as const).every((side) => evaluator.evaluate(facts, other, side) === 'bound');
  const isCovered = others.length > 0 && facts.commands.every((each) => others.some((other) => covers(other, each)));
  if (!isCovered) return { ...remedyOf(facts, policy.name), ...(words !== undefined && { words }) };
  return { sql: `drop policy ${quotedIdentifier(policy.name)} on ${facts.qualified};`, words };
}

/** What the role may do and no policy allows: it silently changes or shows nothing. */
function gapFindings(table: string, applying: readonly TablePolicy[], facts: TableFacts): IsolationFinding[] {
  const remedy = remedyOf(facts);
  if (applying.length === 0) {
    const what =
      facts.policies.length === 0 ? 'has no policy' : 'has no permissive policy for the role, so it shows no row';
    return [finding(['policy-missing', 'error'], table, what, remedy)];
  }
  const gaps = facts.commands.filter((each) => !applying.some(({ command }) => command === 'ALL' || command === each));
  if (gaps.length === 0) return [];
  const what = `has no policy for ${gaps.join(', ')}, which the role may do`;
  return [finding(['policy-incomplete', 'warning'], table, what, remedy)];
}

function remedyOf({ columnType, kind, qualified }: TableFacts, dropped?: string): Remedy {
  if (kind === 'f' || columnType === null || !isTenantColumnType(columnType)) return { words: BY_HAND };
  const drop = dropped === undefined ? [] : [`drop policy ${quotedIdentifier(dropped)} on ${qualified};`];
  return { sql: [...drop, ...rowPolicySql(qualified, columnType)].join('\n') };
}
