import { OptionsInvalidError } from '../errors/usage.errors.js';
import type { TenantLifecycleStore } from './tenant-lifecycle-store.js';

async function refuse(): Promise<never> {
  throw new OptionsInvalidError('lifecycle', undefined, '{ store }, where TenantLifecycle is used');
}

/** Stands where the application has no lifecycle: every method rejects with `MT_OPTIONS_INVALID`. */
export const MISSING_LIFECYCLE_STORE: TenantLifecycleStore = {
  findTenant: refuse,
  find: refuse,
  findByRequestKey: refuse,
  begin: refuse,
  claimDue: refuse,
  reopen: refuse,
  renew: refuse,
  save: refuse,
  undoDelete: refuse,
};
