import { TenantConflictError } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';

/**
 * The user's name within a tenant: what stands before the last `@`, or the whole, in lower case.
 *
 * @param username `alice` or `alice@foo.com`
 * @param tenant the tenant that the request named
 * @throws {@link TenantConflictError} `MT_TENANT_CONFLICT` when the part after `@` is another tenant's
 */
export function nameWithin(tenant: Tenant, username: string): string {
  const at = username.lastIndexOf('@');
  if (at < 0) return username.toLowerCase();
  if (!isNameOf(tenant, username.slice(at + 1).toLowerCase())) throw new TenantConflictError();
  return username.slice(0, at).toLowerCase();
}

function isNameOf({ id, domain, aliases }: Tenant, name: string): boolean {
  return name === domain || name === id.toLowerCase() || aliases.includes(name);
}
