import { publishAudit } from '../observability/audit/tenant-audit.js';
import type { TenantRequest } from '../resolution/tenant-request.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';

/** Publishes to the audit channel when a request names two tenants. Returns the outcome unchanged. */
export function reportConflict<O extends ResolutionOutcome>(transport: string, request: TenantRequest, outcome: O): O {
  if (outcome.kind === 'conflict') {
    const { remoteAddress, applicationId } = request;
    publishAudit({ type: 'conflict', transport, trace: outcome.trace, remoteAddress }, applicationId);
  }
  return outcome;
}
