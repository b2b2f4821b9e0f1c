import { SUPER_TENANT, SUPER_TENANT_ID, TenantTransitionRefusedError, TenantUnknownError } from '@tenantry/core';
import type { NewTenant, Tenant, TenantChangeOptions, TenantChanges, TenantStatus } from '@tenantry/core';
import {
  assertChangeable,
  changedTenantRecord,
  freezeTenant,
  newTenantRecord,
  renamedTenantRecord,
} from '@tenantry/core/spi';

/** What `update` may change, in one write: fields of the record and the canonical domain. Absent = stays. */
export interface TenantLifecycleChanges extends TenantChanges {
  readonly domain?: string;
}

/** The one write to the catalog that belongs to a step of an operation. */
export type CatalogWrite =
  | { readonly type: 'create'; readonly tenant: Omit<NewTenant, 'status'> }
  | { readonly type: 'change'; readonly changes: TenantLifecycleChanges; readonly expectedGeneration?: number }
  | {
      readonly type: 'status';
      readonly to: TenantStatus;
      /** From which statuses; the status itself leaves the record as it is, where it is listed. */
      readonly from: readonly TenantStatus[];
      readonly expectedGeneration?: number;
    }
  | { readonly type: 'remove' };

/**
 * The record after a write, or `null` when the write removes it. Pure: every store applies this and adds only storage.
 *
 * @param current the record; `null` = there is none
 * @returns `current` itself when the write changes nothing
 * @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_STALE`, `MT_TENANT_TRANSITION_REFUSED`, `MT_TENANT_FIELD_INVALID`
 */
export function writtenTenant(tenantId: string, current: Tenant | null, write: CatalogWrite): Tenant | null {
  if (write.type === 'create') return newTenantRecord({ ...write.tenant, status: 'provisioning' });
  if (tenantId.toLowerCase() === SUPER_TENANT_ID) assertChangeable(SUPER_TENANT);
  if (current === null) throw new TenantUnknownError(tenantId);
  if (write.type === 'remove') return null;
  if (write.type === 'status') return withStatus(current, write);
  return withChanges(current, write.changes, write);
}

function withStatus(current: Tenant, write: CatalogWrite & { type: 'status' }): Tenant {
  assertChangeable(current, write);
  if (!write.from.includes(current.status)) {
    throw new TenantTransitionRefusedError(current.id, `it is ${current.status} and cannot become ${write.to}`);
  }
  if (current.status === write.to) return current;
  return freezeTenant({ ...current, status: write.to, generation: current.generation + 1 });
}

function withChanges(
  current: Tenant,
  { domain, ...changes }: TenantLifecycleChanges,
  options: TenantChangeOptions,
): Tenant {
  if (current.status === 'deleting') {
    throw new TenantTransitionRefusedError(current.id, 'it is being deleted and cannot be changed');
  }
  if (domain === undefined) return changedTenantRecord(current, changes, options);
  const renamed = renamedTenantRecord(current, domain, options);
  return freezeTenant({ ...changedTenantRecord(renamed, changes), generation: renamed.generation });
}
