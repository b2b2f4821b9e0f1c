import type { IsolationFinding } from './isolation-finding.js';
import { PostgresError } from '../sql/postgres.error.js';

/** The database would not keep tenants apart (500); the application should not start. */
export class IsolationUnsafeError extends PostgresError {
  /** Everything that was found, not only the first thing, and warnings too. */
  readonly findings: readonly IsolationFinding[];

  constructor(findings: readonly IsolationFinding[]) {
    const lines = findings.map(
      ({ severity, problem, remedy }) => `- ${severity === 'warning' ? 'Warning: ' : ''}${problem} Remedy: ${remedy}`,
    );
    super('MT_ISOLATION_UNSAFE', `The database does not keep tenants apart:\n${lines.join('\n')}`);
    this.findings = findings;
  }
}
