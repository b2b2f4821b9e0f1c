/** What can be wrong with the isolation of a database. */
export type IsolationFindingKind =
  | 'role-superuser'
  | 'role-bypasses-rls'
  | 'role-can-assume'
  | 'role-creates-roles'
  | 'role-server-access'
  | 'role-owns-table'
  | 'login-past-rls'
  | 'row-security-off'
  | 'server-outdated'
  | 'tenant-preset'
  | 'table-missing'
  | 'table-not-listed'
  | 'partition-unprotected'
  | 'parent-unprotected'
  | 'rls-disabled'
  | 'owner-not-forced'
  | 'not-forced'
  | 'policy-missing'
  | 'policy-incomplete'
  | 'policy-not-bound-to-tenant'
  | 'policy-not-understood'
  | 'policy-without-check'
  | 'collation-not-exact'
  | 'privilege-truncate'
  | 'privilege-trigger'
  | 'privilege-needless'
  | 'privilege-default'
  | 'privilege-create'
  | 'catalog-readable'
  | 'large-objects'
  | 'foreign-login'
  | 'view-not-checked'
  | 'rule-past-rls'
  | 'function-past-rls'
  | 'trigger-past-rls'
  | 'function-leakproof'
  | 'unique-without-tenant'
  | 'foreign-key-without-tenant';

/** `error`: rows of other tenants can be reached, so the application must not start. `warning`: fix it soon, or document why not. */
export type IsolationSeverity = 'error' | 'warning';

/** One reason why tenants would not be kept apart, or not in every way. */
export interface IsolationFinding {
  readonly kind: IsolationFindingKind;
  readonly severity: IsolationSeverity;
  /** The role, table, view, policy, key, rule or function, as the database names it. */
  readonly object: string;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What to do, for a person: the SQL where there is some, and what else is to be known. */
  readonly remedy: string;
  /** SQL that makes the finding go away, for the owner of the object or a superuser; `null` where SQL alone does not. */
  readonly sql: string | null;
}

/** How a finding is fixed: by SQL, by hand, or by SQL with an explanation. */
export interface Remedy {
  readonly sql?: string | undefined;
  readonly words?: string | undefined;
}

/**
 * Creates a finding.
 *
 * @param what what is wrong with the object, as the rest of a sentence
 * @internal
 */
export function finding(
  [kind, severity]: readonly [IsolationFindingKind, IsolationSeverity],
  object: string,
  what: string,
  { sql, words }: Remedy,
): IsolationFinding {
  const remedy = [sql, words].filter((part) => part !== undefined).join(' ');
  return { kind, severity, object, problem: `${object} ${what}.`, remedy, sql: sql ?? null };
}
