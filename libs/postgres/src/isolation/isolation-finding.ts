/** What can be wrong with the isolation of a database. */
export type IsolationFindingKind =
  | 'role-superuser'
  | 'role-bypasses-rls'
  | 'table-missing'
  | 'view-not-checked'
  | 'rls-disabled'
  | 'owner-not-forced'
  | 'policy-missing'
  | 'policy-not-bound-to-tenant'
  | 'policy-without-check';

/** One reason why tenants would not be kept apart. */
export interface IsolationFinding {
  readonly kind: IsolationFindingKind;
  /** The role, table or policy, as the database names it. */
  readonly object: string;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** SQL that mends it, or what to do where SQL alone does not. */
  readonly remedy: string;
}
