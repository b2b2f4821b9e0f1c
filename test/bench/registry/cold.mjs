import { createPool } from 'generic-pool';
import { interleave } from '../support/rounds.mjs';
import { makeClient, newLru, newRegistry, tenantIds } from './subjects.mjs';

const TENANTS = 10_000;
const HERD = 1_000;
const CREATION_MS = 50;

/** Creation of clients: one after the other, and by a crowd that wants the same one. */
export async function measure() {
  const [ours, lru, pool] = await interleave([
    { name: 'Tenantry', measure: () => microsecondsPerTenant(acquirer()) },
    { name: 'lru-cache fetch', measure: () => microsecondsPerTenant(fetcher()) },
    { name: 'generic-pool', measure: () => microsecondsPerTenant(pooler()) },
  ]);
  return [{ what: 'cold `acquire` of one tenant', unit: 'µs', ours, peers: [lru, pool] }, ...(await herdRows())];
}

async function herdRows() {
  let most = 0;
  const [ours, lru] = await interleave([
    { name: 'Tenantry', measure: () => slowestWaiterMs(acquirer, (calls) => (most = Math.max(most, calls))) },
    { name: 'lru-cache fetch', measure: () => slowestWaiterMs(fetcher, () => undefined) },
  ]);
  const what = `herd of ${HERD} on one cold tenant`;
  return [
    {
      what: `${what}: factory calls`,
      unit: 'calls',
      ours: { median: most, low: most, high: most },
      peers: [],
      goal: '1',
      limit: 1,
    },
    { what: `${what}: slowest waiter after the creation`, unit: 'ms', ours, peers: [lru], goal: '<= 50', limit: 50 },
  ];
}

function acquirer(create = makeClient) {
  const registry = newRegistry({ create });
  return async (id) => (await registry.acquire(id)).release();
}

function fetcher(create = makeClient) {
  const cache = newLru(TENANTS, { fetchMethod: create });
  return (id) => cache.fetch(id);
}

function pooler() {
  return async (id) => {
    const pool = createPool({ create: async () => makeClient(id), destroy: async () => undefined }, { max: 1 });
    await pool.release(await pool.acquire());
  };
}

async function microsecondsPerTenant(want) {
  const ids = tenantIds(TENANTS);
  const start = performance.now();
  for (const id of ids) await want(id);
  return ((performance.now() - start) * 1e3) / TENANTS;
}

async function slowestWaiterMs(newWant, reportCalls) {
  let [calls, createdAt] = [0, 0];
  const want = newWant(async (id) => {
    calls += 1;
    await new Promise((resolve) => setTimeout(resolve, CREATION_MS));
    createdAt = performance.now();
    return makeClient(id);
  });
  const arrivals = await Promise.all(Array.from({ length: HERD }, () => want('foo').then(() => performance.now())));
  reportCalls(calls);
  return Math.max(...arrivals) - createdAt;
}
