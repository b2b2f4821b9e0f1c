import { isTenantId, TenantUnknownError } from '@tenantry/core';
import { writtenTenant } from '@tenantry/lifecycle/spi';
import type { CatalogWrite } from '@tenantry/lifecycle/spi';
import type { Tenant } from '@tenantry/core';
import { insertRecord, lockRecord, removeRecord, replaceRecord } from '../catalog/tenant-records.js';
import type { SqlSession } from '../sql/sql-database.js';

/** A record before and after a write. */
export interface TenantWrite {
  readonly before: Tenant | null;
  /** Of a tenant that is removed, its last record. */
  readonly tenant: Tenant;
}

/**
 * Does one write to the catalog, with the record locked until the transaction ends.
 *
 * @throws `MT_TENANT_EXISTS`, and what `writtenTenant` throws
 * @internal
 */
export async function writeTenant(tx: SqlSession, tenantId: string, write: CatalogWrite): Promise<TenantWrite> {
  if (write.type === 'create') {
    const tenant = writtenTenant(tenantId, null, write) as Tenant;
    await insertRecord(tx, tenant);
    return { before: null, tenant };
  }
  if (!isTenantId(tenantId)) throw new TenantUnknownError(tenantId);
  const before = await lockRecord(tx, tenantId);
  const after = writtenTenant(tenantId, before, write);
  const current = before as Tenant;
  if (after === null) await removeRecord(tx, current);
  else if (after !== current) await replaceRecord(tx, current, after);
  return { before: current, tenant: after ?? current };
}
