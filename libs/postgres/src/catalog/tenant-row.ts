import { freezeTenant } from '@tenantry/core/spi';
import type { JsonObject, Tenant, TenantId, TenantStatus } from '@tenantry/core';

/** A row of `tenantry.tenants`. */
export interface TenantRow {
  readonly key: string;
  readonly id: TenantId;
  readonly domain: string;
  readonly aliases: string[];
  readonly name: string;
  readonly status: TenantStatus;
  readonly plan: string;
  readonly settings: JsonObject;
  readonly generation: number;
}

/** The columns of {@link TenantRow}, of a table called `t`. */
export const TENANT_COLUMNS = 't.key, t.id, t.domain, t.aliases, t.name, t.status, t.plan, t.settings, t.generation';

/**
 * The record that a row holds.
 *
 * @internal
 */
export function tenantOf({ id, domain, aliases, name, status, plan, settings, generation }: TenantRow): Tenant {
  return freezeTenant({ id, domain, aliases, name, status, plan, settings, generation });
}

/**
 * What is stored of a tenant, in the order of {@link TENANT_COLUMNS}.
 *
 * @internal
 */
export function tenantParams(tenant: Tenant): unknown[] {
  const { id, domain, aliases, name, status, plan, settings, generation } = tenant;
  return [keyOf(id), id, domain, [...aliases], name, status, plan, JSON.stringify(settings), generation];
}

/**
 * The key of a tenant: its id in lower case.
 *
 * @internal
 */
export function keyOf(id: string): string {
  return id.toLowerCase();
}
