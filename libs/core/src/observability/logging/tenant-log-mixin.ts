import { currentTenantId } from './current-tenant-id.js';

/**
 * For pino: `pino({ mixin: tenantLogMixin })` gives every record of a tenant's work a member `tenantId`.
 *
 * @returns a new object each time; empty where no tenant is current. Never throws
 */
export function tenantLogMixin(): { tenantId?: string } {
  const tenantId = currentTenantId();
  return tenantId === undefined ? {} : { tenantId };
}
