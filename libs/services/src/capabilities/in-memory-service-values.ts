import { Buffer } from 'node:buffer';
import type { TenantId } from '@tenantry/core';
import type { ServiceValues, ValuesQuota } from './service-values.js';

/** Values in the memory of this process; for tests. */
export class InMemoryServiceValues implements ServiceValues {
  readonly #tenants = new Map<TenantId, Map<string, string>>();

  async get(tenantId: TenantId, key: string): Promise<string | null> {
    return this.#tenants.get(tenantId)?.get(key) ?? null;
  }

  async set(tenantId: TenantId, key: string, value: string, quota: ValuesQuota): Promise<boolean> {
    const next = new Map(this.#tenants.get(tenantId)).set(key, value);
    const bytes = [...next].reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
    if (next.size > quota.keys || bytes > quota.bytes) return false;
    this.#tenants.set(tenantId, next);
    return true;
  }

  async delete(tenantId: TenantId, key: string): Promise<boolean> {
    return this.#tenants.get(tenantId)?.delete(key) ?? false;
  }

  async list(tenantId: TenantId, prefix: string, after: string, limit: number): Promise<readonly string[]> {
    const keys = [...(this.#tenants.get(tenantId)?.keys() ?? [])].filter(
      (key) => key.startsWith(prefix) && key > after,
    );
    return keys.sort().slice(0, limit);
  }

  async removeAll(tenantId: TenantId): Promise<void> {
    this.#tenants.delete(tenantId);
  }
}
