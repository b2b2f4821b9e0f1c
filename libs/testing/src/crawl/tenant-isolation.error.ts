import type { IsolationLeak, IsolationReport } from './isolation-report.js';

/** Two tenants are not kept apart, or it could not be shown that they are. The message lists everything. */
export class TenantIsolationError extends Error {
  /** All that was seen. */
  readonly report: IsolationReport;

  constructor(report: IsolationReport) {
    super(messageOf(report));
    this.name = 'TenantIsolationError';
    this.report = report;
  }
}

function messageOf({ leaks, unexercised, routes, requests }: IsolationReport): string {
  const head = `${leaks.length} ${leaks.length === 1 ? 'leak' : 'leaks'} between tenants, ${routes.length} routes, ${requests} requests.`;
  const rest = unexercised.map(({ route, reason }) => `  not exercised: ${route}: ${reason}`);
  return [head, ...leaks.map(leakText), ...rest].join('\n');
}

function leakText({ kind, route, by, of, found, curl, more }: IsolationLeak, index: number): string {
  const again = more === 0 ? '' : ` (and ${more} more)`;
  return `\n${index + 1}. ${kind}: ${route}, asked by ${by}, data of ${of}${again}\n   ${found}\n   ${curl}`;
}
