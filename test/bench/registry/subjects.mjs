import { TTLCache } from '@isaacs/ttlcache';
import { TenantClientRegistry } from '@tenantry/core';
import { LRUCache } from 'lru-cache';

const TTL_MS = 30 * 60_000;

/** What each client is here: an object of its own, as small as can be. */
export const makeClient = (tenantId) => ({ tenantId });

/** Tenant ids, as a catalog would give them. */
export const tenantIds = (count) => Array.from({ length: count }, (_, at) => `tenant-${at}`);

/** A registry without a bound on the number of clients. */
export const newRegistry = (options = {}) =>
  new TenantClientRegistry({ name: 'bench', maxClients: Infinity, create: makeClient, ...options });

/** A registry that holds a client for each tenant. */
export async function filledRegistry(ids, options) {
  const registry = newRegistry(options);
  for (const id of ids) await registry.add(id, makeClient(id));
  return registry;
}

export const newLru = (max, options = {}) => new LRUCache({ max, ttl: TTL_MS, updateAgeOnGet: true, ...options });

export const newTtl = (options = {}) => new TTLCache({ max: Infinity, ttl: TTL_MS, updateAgeOnGet: true, ...options });

/** Fills anything that has `set`. */
export function fill(cache, ids) {
  for (const id of ids) cache.set(id, makeClient(id));
  return cache;
}
