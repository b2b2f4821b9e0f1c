import { TenantRequiredError } from '@tenantry/core';
import type { MultitenancyError, ResolutionOutcome } from '@tenantry/core';

/** Why a handshake is refused, or `null`. */
export function handshakeRefusal(outcome: ResolutionOutcome, requireTenant: boolean): MultitenancyError | null {
  switch (outcome.kind) {
    case 'resolved':
      return null;
    case 'notApplicable':
      return requireTenant ? new TenantRequiredError() : null;
    default:
      return outcome.error;
  }
}

/** Why a socket that is open must close, or `null`. An outage closes none. */
export function socketRefusal(outcome: ResolutionOutcome): MultitenancyError | null {
  if (outcome.kind !== 'rejected') return null;
  return outcome.error.code === 'MT_CATALOG_UNAVAILABLE' ? null : outcome.error;
}
