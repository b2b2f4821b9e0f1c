import { MultitenancyError } from '@tenantry/core';
import type { IsolationFinding } from './isolation-finding.js';

/** The database would not keep tenants apart (500); the application should not start. */
export class IsolationUnsafeError extends MultitenancyError {
  /** Everything that was found, not only the first thing. */
  readonly findings: readonly IsolationFinding[];

  constructor(findings: readonly IsolationFinding[]) {
    const lines = findings.map(({ problem, remedy }) => `- ${problem} Remedy: ${remedy}`);
    super('MT_ISOLATION_UNSAFE', `The database does not keep tenants apart:\n${lines.join('\n')}`);
    this.findings = findings;
  }
}
