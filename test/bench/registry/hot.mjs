import { createPool } from 'generic-pool';
import { interleave } from '../support/rounds.mjs';
import { fill, filledRegistry, makeClient, newLru, newTtl, tenantIds } from './subjects.mjs';

const TENANTS = 10_000;
const CALLS = 500_000;
/** lru-cache that reads the clock at each call, as the registry does, and not once a millisecond. */
const EXACT = 'lru-cache (ttlResolution: 0)';

/** Look-ups and leases of clients that are there, in random order over many tenants. */
export async function measure() {
  const ids = tenantIds(TENANTS);
  const order = Array.from({ length: CALLS }, () => ids[Math.floor(Math.random() * TENANTS)]);
  const registry = await filledRegistry(ids);
  const pools = await warmPools(ids);
  const { map, lru, ttl } = { map: fill(new Map(), ids), lru: fill(newLru(TENANTS), ids), ttl: fill(newTtl(), ids) };
  const exact = fill(newLru(TENANTS, { ttlResolution: 0 }), ids);
  const results = await interleave([
    { name: 'get', measure: () => nsPerCall(order, (id) => registry.get(id)) },
    { name: 'Map', measure: () => nsPerCall(order, (id) => map.get(id)) },
    { name: 'lru-cache', measure: () => nsPerCall(order, (id) => lru.get(id)) },
    { name: EXACT, measure: () => nsPerCall(order, (id) => exact.get(id)) },
    { name: 'ttlcache', measure: () => nsPerCall(order, (id) => ttl.get(id)) },
    { name: 'tryAcquire', measure: () => nsPerCall(order, (id) => leaseOnce(registry, id)) },
    { name: 'acquire', measure: () => nsPerAwait(order, async (id) => (await registry.acquire(id)).release()) },
    { name: 'generic-pool', measure: () => nsPerAwait(order, (id) => borrow(pools.get(id))) },
  ]);
  ttl.cancelTimer();
  return rows(Object.fromEntries(results.map((result) => [result.name, result])));
}

function rows({
  get,
  Map: map,
  'lru-cache': lru,
  [EXACT]: exact,
  ttlcache,
  tryAcquire,
  acquire,
  'generic-pool': pool,
}) {
  const unit = 'ns';
  return [
    {
      what: '`get`, hot, 10,000 tenants',
      unit,
      ours: get,
      peers: [map, lru, exact, ttlcache],
      goal: '<= lru-cache get',
      limit: lru.median,
    },
    {
      what: '`tryAcquire` and `release`, hot, 10,000 tenants',
      unit,
      ours: tryAcquire,
      peers: [],
      goal: '<= 2 x lru-cache get',
      limit: 2 * lru.median,
    },
    { what: '`await acquire` and `release`, hot, 10,000 tenants', unit, ours: acquire, peers: [pool] },
  ];
}

function leaseOnce(registry, id) {
  const lease = registry.tryAcquire(id);
  lease.release();
  return lease.client;
}

async function borrow(pool) {
  await pool.release(await pool.acquire());
}

async function warmPools(ids) {
  const pools = new Map();
  for (const id of ids) {
    const pool = createPool({ create: async () => makeClient(id), destroy: async () => undefined }, { max: 1 });
    pools.set(id, pool);
    await borrow(pool);
  }
  return pools;
}

function nsPerCall(order, call) {
  const start = performance.now();
  for (const id of order) if (call(id) === undefined) throw new Error(`${id} is missing`);
  return ((performance.now() - start) * 1e6) / order.length;
}

async function nsPerAwait(order, call) {
  const some = order.slice(0, order.length / 5);
  const start = performance.now();
  for (const id of some) await call(id);
  return ((performance.now() - start) * 1e6) / some.length;
}
