import { numberOption } from '@tenantry/core/spi';
import type { CachedResponse, ResponseCacheStore } from './cached-response.js';
import { TenantAnswers } from './tenant-answers.js';

/** Options of {@link MemoryCacheStore}. Answers are counted with their keys and headers, two bytes for each character. */
export interface MemoryCacheStoreOptions {
  /** Bytes per tenant, 1,024 to 1,073,741,824. Default 4,194,304. Beyond, the tenant's least recently used answers are evicted. */
  readonly maxBytesPerTenant?: number;
  /** Bytes of all tenants, 1,024 to 17,179,869,184. Default 67,108,864. Beyond, a tenant evicts its own answers only. */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** Keeps answers in the memory of this process, each tenant within a budget of its own. */
export class MemoryCacheStore implements ResponseCacheStore {
  readonly #tenants = new Map<string, TenantAnswers>();
  readonly #maxBytesPerTenant: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({ maxBytesPerTenant = 2 ** 22, maxBytes = 2 ** 26, now = Date.now }: MemoryCacheStoreOptions = {}) {
    this.#maxBytesPerTenant = numberOption('MemoryCacheStore.maxBytesPerTenant', maxBytesPerTenant, {
      min: 1_024,
      max: 2 ** 30,
      whole: true,
    });
    this.#maxBytes = numberOption('MemoryCacheStore.maxBytes', maxBytes, { min: 1_024, max: 2 ** 34, whole: true });
    this.#now = now;
  }

  /** Bytes that are in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that a tenant uses. */
  bytesOf(tenantId: string): number {
    return this.#tenants.get(tenantId)?.bytes ?? 0;
  }

  get(tenantId: string, key: string): CachedResponse | undefined {
    const answers = this.#tenants.get(tenantId);
    const found = answers?.get(key);
    if (found === undefined || found.expiresAt > this.#now()) return found;
    this.#change(tenantId, (tenant) => tenant.delete(key));
    return undefined;
  }

  /** An answer that does not fit into the budget is not kept. */
  set(tenantId: string, key: string, response: CachedResponse): void {
    if (!this.#tenants.has(tenantId)) this.#tenants.set(tenantId, new TenantAnswers());
    this.#change(tenantId, (tenant) => {
      const others = this.#bytes - tenant.bytes;
      tenant.set(key, response, Math.min(this.#maxBytesPerTenant, this.#maxBytes - others));
    });
  }

  purge(tenantId: string, tag?: string): void {
    this.#change(tenantId, (tenant) => tenant.purge(tag));
  }

  /** The total follows what a tenant uses; a tenant without answers is dropped. */
  #change(tenantId: string, change: (answers: TenantAnswers) => void): void {
    const answers = this.#tenants.get(tenantId);
    if (answers === undefined) return;
    const before = answers.bytes;
    change(answers);
    this.#bytes += answers.bytes - before;
    if (answers.bytes === 0) this.#tenants.delete(tenantId);
  }
}
