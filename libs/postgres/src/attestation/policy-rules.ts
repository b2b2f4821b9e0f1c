import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { isTenantColumnType, rowPolicySql } from '../policies/row-policy-sql.js';
import { tenantCondition } from '../policies/tenant-condition.js';
import { finding } from './isolation-finding.js';
import type { TenantCondition } from '../policies/tenant-condition.js';
import type { IsolationFinding, Remedy } from './isolation-finding.js';
import type { PolicyCommand, TableFacts, TablePolicy } from './table-facts.js';

const COMMANDS: readonly PolicyCommand[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const BY_HAND = 'Give the table a column tenant_id (tenantPoliciesSql writes the SQL) and policies that compare it.';

/** A condition of a policy: which rows are seen, or which may be written. */
type Side = 'using' | 'check';

/**
 * What is wrong with the policies of a table.
 *
 * @internal
 */
export function policyFindings(table: string, facts: TableFacts): IsolationFinding[] {
  const permissive = facts.policies.filter((policy) => policy.permissive);
  return [
    ...permissive.filter((policy) => policy.reachable).flatMap((policy) => singlePolicyFindings(table, policy, facts)),
    ...gapFindings(
      table,
      // What only another role may use has to have policies of that one's.
      permissive.filter(({ applies, reachable }) => (facts.commands.length > 0 ? applies : reachable)),
      facts,
    ),
  ];
}

function singlePolicyFindings(table: string, policy: TablePolicy, facts: TableFacts): IsolationFinding[] {
  const object = `policy ${quotedIdentifier(policy.name)} on ${table}`;
  const remedy = remedyOf(facts, policy.name);
  const [reads, writes] = [commandsOf(policy, 'using'), commandsOf(policy, 'check')];
  const [seen, written] = [judge(policy, 'using', reads, facts), judge(policy, 'check', writes, facts)];
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

/** The worst that a condition lets through, where no restrictive policy holds it back. */
function judge(
  policy: TablePolicy,
  side: Side,
  commands: readonly PolicyCommand[],
  { policies }: TableFacts,
): TenantCondition {
  if (commands.every((command) => isHeldBack(command, side, policies))) return 'bound';
  return policy[side] === null ? 'unbound' : conditionOf(policy, policy[side]);
}

/** What is printed cannot be believed where it leaves functions or operators unnamed. */
function conditionOf({ hidden }: TablePolicy, printed: string): TenantCondition {
  const condition = tenantCondition(printed);
  return hidden && condition === 'bound' ? 'unclear' : condition;
}

function isHeldBack(command: PolicyCommand, side: Side, policies: readonly TablePolicy[]): boolean {
  return policies.some((policy) => {
    if (policy.permissive || !policy.everyone || !commandsOf(policy, side).includes(command)) return false;
    const condition = side === 'check' ? (policy.check ?? policy.using) : policy.using;
    return condition !== null && conditionOf(policy, condition) === 'bound';
  });
}

function commandsOf({ command }: TablePolicy, side: Side): PolicyCommand[] {
  const all = side === 'using' ? ['SELECT', 'UPDATE', 'DELETE'] : ['INSERT', 'UPDATE'];
  return COMMANDS.filter((each) => all.includes(each) && (command === 'ALL' || command === each));
}

/** What the role may do and no policy allows: it changes or shows nothing, without a word. */
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
