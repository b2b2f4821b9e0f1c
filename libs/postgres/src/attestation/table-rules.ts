import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { isTenantColumnType, rowPolicySql } from '../policies/row-policy-sql.js';
import { finding } from './isolation-finding.js';
import { policyFindings } from './policy-rules.js';
import type { PolicyRules } from './policy-rules.js';
import { revokeSql, rolesSql } from './revoke-sql.js';
import type { IsolationFinding, IsolationFindingKind, Remedy } from './isolation-finding.js';
import type { TableFacts, TableGrant } from './table-facts.js';

/** A table or view to check. */
export interface CheckedTable {
  /** As findings and SQL name it, quoted. */
  readonly table: string;
  readonly facts: TableFacts;
  readonly listed: boolean;
  /** The role that is used: its name, and whether it is a superuser. */
  readonly role: { readonly name: string; readonly superuser: boolean };
  readonly rules: PolicyRules;
}

/**
 * What is wrong with a table that is not there.
 *
 * @internal
 */
export function missingTableFinding(table: string): IsolationFinding {
  return finding(['table-missing', 'error'], table, 'does not exist or is not on the search path', {
    words: 'Create it, or name its schema.',
  });
}

/**
 * What is wrong with a table or view.
 *
 * @internal
 */
export function tableFindings(checked: CheckedTable): IsolationFinding[] {
  const { facts } = checked;
  if (facts.kind === 'v' || facts.kind === 'm') return viewFindings(checked);
  // What binds it also creates its policies.
  if (!checked.listed && !facts.enabled) return [unlistedFinding(checked.table, facts), ...rightsFindings(checked)];
  return [
    ...securityFindings(checked),
    ...policyFindings(checked.table, facts, checked.rules),
    ...collationFindings(checked),
    ...rightsFindings(checked),
  ];
}

/** A column that a policy uses keeps its collation: our own policy is dropped and created again, others are not ours to rebuild. */
function collationFindings({ table, facts }: CheckedTable): IsolationFinding[] {
  const { inexact, qualified, kind, child, policies, columnType } = facts;
  if (!inexact) return [];
  const ours = policies.every(({ name }) => name === 'tenant_isolation') && isTenantColumnType(columnType ?? '');
  const sql = [
    `drop policy if exists tenant_isolation on ${qualified};`,
    `alter table ${qualified} alter column tenant_id type ${columnType} collate pg_catalog."default";`,
    ...rowPolicySql(qualified),
  ].join('\n');
  const words = 'Give the column a deterministic collation, and create its policies again.';
  const remedy = ours && kind === 'r' && !child && !facts.parent ? { sql } : { words };
  const what = 'has a tenant_id whose collation takes different ids for the same, like A and a';
  return [finding(['collation-not-exact', 'error'], table, what, remedy)];
}

function viewFindings({ table, facts, role }: CheckedTable): IsolationFinding[] {
  if (facts.kind === 'm') {
    const readers = facts.readers.length > 0 ? facts.readers : [role.name];
    const view = `create view ${facts.qualified} with (security_invoker = true) as ${facts.definition ?? ''}`;
    const sql = `drop materialized view ${facts.qualified};\n${view}\ngrant select on ${facts.qualified} to ${rolesSql(readers)};`;
    const what = 'is a materialized view, which has no row-level security';
    return [finding(['view-not-checked', 'error'], table, what, { sql })];
  }
  if (facts.securityInvoker) return [];
  const sql = `alter view ${facts.qualified} set (security_invoker = true);`;
  return [finding(['view-not-checked', 'error'], table, "reads with its owner's rights", { sql })];
}

function securityFindings({ table, facts, role }: CheckedTable): IsolationFinding[] {
  const findings: IsolationFinding[] = [];
  if (!facts.enabled) {
    const sql = `alter table ${facts.qualified} enable row level security;`;
    findings.push(finding(['rls-disabled', 'error'], table, 'has row-level security switched off', { sql }));
  }
  if (facts.forced) return findings;
  const sql = `alter table ${facts.qualified} force row level security;`;
  const owned = facts.owned && !role.superuser;
  const what = owned
    ? 'belongs to the role in use, and row-level security is not forced on owners'
    : 'does not force row-level security on its owner, nor on views and functions of the owner’s';
  return [...findings, finding([owned ? 'owner-not-forced' : 'not-forced', 'error'], table, what, { sql })];
}

function unlistedFinding(table: string, facts: TableFacts): IsolationFinding {
  const [kind, what] = unprotected(facts);
  return finding([kind, 'error'], table, what, bindRemedy(facts));
}

function unprotected({ child, parent, columnType }: TableFacts): readonly [IsolationFindingKind, string] {
  if (parent && columnType === null) {
    return ['parent-unprotected', 'has the rows of its children too, which can be used through it past their policies'];
  }
  if (child) return ['partition-unprotected', 'can be used past the policies of the table that it is a part of'];
  return ['table-not-listed', 'has a column tenant_id, is not listed, and has no row-level security'];
}

function bindRemedy({ columnType, kind, qualified }: TableFacts): Remedy {
  const bindable = kind !== 'f' && columnType !== null && isTenantColumnType(columnType);
  const words = 'Or take the role’s rights to it away.';
  if (bindable) return { sql: rowPolicySql(qualified, columnType).join('\n'), words };
  return { words: 'Enable row-level security on it with policies of your own, or take the role’s rights to it away.' };
}

function rightsFindings({ table, facts, role }: CheckedTable): IsolationFinding[] {
  if (role.superuser) return [];
  const findings: IsolationFinding[] = [];
  if (facts.owned) {
    const what = `belongs to ${quotedIdentifier(role.name)}, which can switch row-level security off and empty it`;
    const sql = `alter table ${facts.qualified} owner to current_user;`;
    findings.push(finding(['role-owns-table', 'warning'], table, what, { sql, words: 'Run it as another role.' }));
  }
  const grants = facts.grants.map((grant) => {
    const [kind, severity, what] = GRANTED[grant.privilege];
    return finding([kind, severity], table, what, { sql: revokeSql(grant, `table ${facts.qualified}`) });
  });
  return [...findings, ...grants];
}

/** What it means that a right is granted. */
const GRANTED: Readonly<
  Record<TableGrant['privilege'], readonly [IsolationFindingKind, IsolationFinding['severity'], string]>
> = {
  TRUNCATE: [
    'privilege-truncate',
    'error',
    'may be emptied of every tenant’s rows: TRUNCATE knows no row-level security',
  ],
  TRIGGER: ['privilege-trigger', 'error', 'grants TRIGGER: a trigger gets the rows that every tenant writes'],
  REFERENCES: ['privilege-needless', 'warning', 'grants REFERENCES: a foreign key shows which keys other tenants have'],
  MAINTAIN: ['privilege-needless', 'warning', 'grants MAINTAIN, which only the role that maintains the table needs'],
};
