import { tenantId } from './tenant-id.js';
import type { Tenant } from './tenant.js';

/** Id of the super tenant. */
export const SUPER_TENANT_ID = tenantId('super');

/**
 * The operator's own tenant. It exists always, in every catalog, cannot be suspended, renamed or deleted, and is never
 * a fallback: only a request that names it gets it.
 */
export const SUPER_TENANT: Tenant = Object.freeze({
  id: SUPER_TENANT_ID,
  domain: 'super',
  aliases: Object.freeze([]),
  name: 'Super tenant',
  status: 'active',
  plan: 'super',
  settings: Object.freeze({}),
  generation: 1,
});
