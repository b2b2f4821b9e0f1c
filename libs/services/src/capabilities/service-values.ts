import type { TenantId } from '@tenantry/core';

/** How much a tenant may store. */
export interface ValuesQuota {
  /** Keys. */
  readonly keys: number;
  /** Bytes of all keys and values, in UTF-8. */
  readonly bytes: number;
}

/** The values of tenants' services, behind `ctx.kv`. An outage is a rejection, never an absence. */
export interface ServiceValues {
  /** A JSON text; `null` = there is none. */
  get(tenantId: TenantId, key: string): Promise<string | null>;
  /** Writes a value. @returns false = it would exceed the quota, and nothing was written */
  set(tenantId: TenantId, key: string, value: string, quota: ValuesQuota): Promise<boolean>;
  /** Deletes a value. @returns whether it was there */
  delete(tenantId: TenantId, key: string): Promise<boolean>;
  /** Keys that start with a prefix and come after a key, in the order of their code points. */
  list(tenantId: TenantId, prefix: string, after: string, limit: number): Promise<readonly string[]>;
  /** Deletes everything of a tenant; for its deletion. Idempotent. */
  removeAll(tenantId: TenantId): Promise<void>;
}
