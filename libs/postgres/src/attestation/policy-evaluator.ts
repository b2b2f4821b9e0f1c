import { tenantCondition } from '../policies/tenant-condition.js';
import { parentCondition } from './parent-condition.js';
import type { TenantCondition } from '../policies/tenant-condition.js';
import type { PolicyCommand, TableFacts, TablePolicy } from './table-facts.js';

const COMMANDS: readonly PolicyCommand[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** A condition of a policy: which rows are seen, or which may be written. */
export type Side = 'using' | 'check';

const SIDES = ['using', 'check'] as const;

/** The commands that a side of a policy is for. @internal */
export function commandsOf({ command }: TablePolicy, side: Side): PolicyCommand[] {
  const all = side === 'using' ? ['SELECT', 'UPDATE', 'DELETE'] : ['INSERT', 'UPDATE'];
  return COMMANDS.filter((each) => all.includes(each) && (command === 'ALL' || command === each));
}

/**
 * Evaluates what policies let through. A table may be bound by its parent: its rows are those whose parent can be read, and
 * row-level security binds the reading of the parent.
 *
 * @internal
 */
export class PolicyEvaluator {
  readonly #tables: readonly TableFacts[];

  /** @param tables all that are attested */
  constructor(tables: readonly TableFacts[]) {
    this.#tables = tables;
  }

  /** The worst that a condition lets through, where no restrictive policy holds it back. */
  evaluate(facts: TableFacts, policy: TablePolicy, side: Side): TenantCondition {
    return this.#evaluate(facts, policy, side, []);
  }

  /** Whether policies see to it that each row of a table belongs to a row of another one that can be read. */
  isBoundByParent(facts: TableFacts, parentOid: string): boolean {
    const policies = facts.policies.filter(({ permissive, reachable }) => permissive && reachable);
    const isBound = policies.every((policy) => SIDES.every((side) => this.evaluate(facts, policy, side) === 'bound'));
    return isBound && policies.some((policy) => this.#parentsOf(facts, policy).has(parentOid));
  }

  #parentsOf(facts: TableFacts, { using, check }: TablePolicy): ReadonlySet<string> {
    const oids = new Set<string>();
    for (const condition of [using, check]) {
      if (condition === null) continue;
      tenantCondition(condition, (part) => {
        const parent = this.#parentOf(part, facts);
        if (parent !== null) oids.add(parent.facts.oid);
        return 'unbound';
      });
    }
    return oids;
  }

  #evaluate(facts: TableFacts, policy: TablePolicy, side: Side, below: readonly TableFacts[]): TenantCondition {
    const commands = commandsOf(policy, side);
    if (commands.every((command) => this.#isHeldBack(facts, command, side, below))) return 'bound';
    const condition = policy[side];
    return condition === null ? 'unbound' : this.#conditionOf(facts, policy, condition, below);
  }

  /** A printed condition is not reliable where it leaves functions or operators unnamed. */
  #conditionOf(
    facts: TableFacts,
    { hidden }: TablePolicy,
    printed: string,
    below: readonly TableFacts[],
  ): TenantCondition {
    const condition = tenantCondition(printed, (part) => this.#throughParent(part, facts, below));
    return hidden && condition === 'bound' ? 'unclear' : condition;
  }

  #isHeldBack(facts: TableFacts, command: PolicyCommand, side: Side, below: readonly TableFacts[]): boolean {
    return facts.policies.some((policy) => {
      if (policy.permissive || !policy.everyone || !commandsOf(policy, side).includes(command)) return false;
      const condition = side === 'check' ? (policy.check ?? policy.using) : policy.using;
      return condition !== null && this.#conditionOf(facts, policy, condition, below) === 'bound';
    });
  }

  /** A row has one parent at most where the columns that lead to it hold a unique key. */
  #throughParent(part: string, child: TableFacts, below: readonly TableFacts[]): TenantCondition {
    const found = this.#parentOf(part, child);
    if (found === null || [child, ...below].includes(found.facts)) return 'unbound';
    if (!this.#isReadingBound(found.facts, [child, ...below])) return 'unbound';
    const isOne = found.facts.uniqueKeys.some((key) => key.every((column) => found.columns.includes(column)));
    return isOne ? 'bound' : 'unclear';
  }

  #isReadingBound(facts: TableFacts, below: readonly TableFacts[]): boolean {
    const readable = facts.policies.filter(
      (policy) => policy.permissive && policy.reachable && commandsOf(policy, 'using').includes('SELECT'),
    );
    return facts.enabled && readable.every((policy) => this.#evaluate(facts, policy, 'using', below) === 'bound');
  }

  #parentOf(
    part: string,
    { name }: TableFacts,
  ): { readonly facts: TableFacts; readonly columns: readonly string[] } | null {
    const condition = parentCondition(part, name);
    if (condition === null) return null;
    const facts = this.#tables.find(({ qualified }) => qualified === quoted(condition.parent));
    return facts === undefined ? null : { facts, columns: condition.columns };
  }
}

/** `public.parent` as the facts spell it, with every name in quotes. */
function quoted(name: string): string {
  return name.replaceAll(/"(?:[^"]|"")+"|[a-z_][\w$]*/g, (each) => (each.startsWith('"') ? each : `"${each}"`));
}
