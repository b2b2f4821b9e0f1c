import type { TenantDirectory } from '../catalog/tenant-directory.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import type { Tenant } from '../tenant/tenant.js';
import type { ClientOrigins } from './client-origins.js';
import { PassedFailure } from '../registry/creation/passed-failure.js';

const NOT_SERVED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MT_TENANT_UNKNOWN',
  'MT_TENANT_SUSPENDED',
  'MT_TENANT_PROVISIONING',
]);

/**
 * Makes a client from the record of its tenant. Where that fails and its tenant is not served any more, it is the tenant's state that callers get, whatever the
 * factory has thrown: what it works with may be gone with the tenant.
 *
 * @throws {@link PassedFailure} around why the tenant is not served; else what `make` throws
 */
export async function madeForServed<TClient>(
  directory: TenantDirectory,
  tenantId: string,
  origins: ClientOrigins,
  make: (tenant: Tenant) => Promise<TClient>,
): Promise<TClient> {
  try {
    return await origins.make(() => directory.getActive(tenantId), make);
  } catch (error) {
    const refusal = isRefusal(error, tenantId) ? error : await refusalOf(directory, tenantId);
    throw refusal === undefined ? error : new PassedFailure(refusal);
  }
}

/** An outage is no reason. */
async function refusalOf(directory: TenantDirectory, tenantId: string): Promise<MultitenancyError | undefined> {
  try {
    await directory.getActive(tenantId);
    return undefined;
  } catch (error) {
    return isRefusal(error, tenantId) ? error : undefined;
  }
}

function isRefusal(error: unknown, tenantId: string): error is MultitenancyError {
  if (!(error instanceof MultitenancyError) || !NOT_SERVED.has(error.code)) return false;
  return error.tenantId?.toLowerCase() === tenantId.toLowerCase();
}
