import type { CurrentRole, TableFacts, TablePolicy } from './isolation-catalog.js';
import type { IsolationFinding, IsolationFindingKind } from './isolation-finding.js';

const SETTING = 'tenantry.tenant_id';
const MEND_POLICY = 'run tenantTableSql() for it as its owner.';

/**
 * What is wrong with the role.
 *
 * @internal
 */
export function roleFindings({ name, superuser, bypassesRls }: CurrentRole): IsolationFinding[] {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  const another = 'connect as (or pass as role) one that is neither superuser nor BYPASSRLS.';
  if (superuser) {
    return [
      finding(
        'role-superuser',
        quoted,
        'is a superuser, whom row-level security does not bind',
        `alter role ${quoted} nosuperuser nobypassrls; or ${another}`,
      ),
    ];
  }
  if (bypassesRls) {
    return [finding('role-bypasses-rls', quoted, 'has BYPASSRLS', `alter role ${quoted} nobypassrls; or ${another}`)];
  }
  return [];
}

/**
 * What is wrong with a table or view; `facts` null = it is not there.
 *
 * @internal
 */
export function tableFindings(table: string, facts: TableFacts | null): IsolationFinding[] {
  if (facts === null)
    return [
      finding('table-missing', table, 'does not exist or is not on the search path', 'create it, or name its schema.'),
    ];
  if (facts.kind === 'v' || facts.kind === 'm') return viewFindings(table, facts);
  return [...securityFindings(table, facts), ...policyFindings(table, facts.policies)];
}

function viewFindings(view: string, { kind, securityInvoker }: TableFacts): IsolationFinding[] {
  if (kind === 'm')
    return [
      finding(
        'view-not-checked',
        view,
        'is a materialized view, which has no row-level security',
        `drop materialized view ${view}; and use a view with security_invoker.`,
      ),
    ];
  if (securityInvoker) return [];
  return [
    finding(
      'view-not-checked',
      view,
      "reads with its owner's rights",
      `alter view ${view} set (security_invoker = true);`,
    ),
  ];
}

function securityFindings(table: string, { enabled, forced, owned }: TableFacts): IsolationFinding[] {
  const findings: IsolationFinding[] = [];
  if (!enabled)
    findings.push(
      finding(
        'rls-disabled',
        table,
        'has row-level security switched off',
        `alter table ${table} enable row level security;`,
      ),
    );
  if (owned && !forced) {
    findings.push(
      finding(
        'owner-not-forced',
        table,
        'belongs to the role in use, and row-level security is not forced on owners',
        `alter table ${table} force row level security;`,
      ),
    );
  }
  return findings;
}

function policyFindings(table: string, policies: readonly TablePolicy[]): IsolationFinding[] {
  if (policies.length === 0) return [finding('policy-missing', table, 'has no policy', MEND_POLICY)];
  return policies.flatMap((policy) => singlePolicyFindings(table, policy));
}

function singlePolicyFindings(table: string, { name, command, using, check }: TablePolicy): IsolationFinding[] {
  const object = `policy "${name}" on ${table}`;
  const remedy = `drop policy "${name}" on ${table}; then ${MEND_POLICY}`;
  const reads = command !== 'INSERT';
  const writes = command === 'ALL' || command === 'INSERT' || command === 'UPDATE';
  if (writes && check === null) return [finding('policy-without-check', object, 'has no WITH CHECK', remedy)];
  if ((reads && !bound(using)) || (writes && !bound(check))) {
    return [finding('policy-not-bound-to-tenant', object, `lets rows through without regard to ${SETTING}`, remedy)];
  }
  return [];
}

function bound(expression: string | null): boolean {
  return expression?.includes(SETTING) ?? false;
}

function finding(kind: IsolationFindingKind, object: string, what: string, remedy: string): IsolationFinding {
  return { kind, object, problem: `${object} ${what}.`, remedy };
}
