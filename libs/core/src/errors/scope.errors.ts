import { MultitenancyError } from './multitenancy.error.js';

/** The request or job that this code belongs to is over, or must end. Also the reason of `TenantContext.signal`. */
export class TenantScopeEndedError extends MultitenancyError {
  /** @param why a clause: what ended the scope */
  constructor(why: string, tenantId?: string) {
    super(
      'MT_SCOPE_ENDED',
      `The tenant scope has ended: ${why}. Work that outlives its request opens a scope of its own: tenantContext.run(tenantId, fn), or @InTenantScope().`,
      { tenantId },
    );
  }
}
