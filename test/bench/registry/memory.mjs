import { heapBytes, slope } from '../support/memory.mjs';
import { interleave } from '../support/rounds.mjs';
import { filledRegistry, makeClient, newLru, newRegistry, newTtl, tenantIds } from './subjects.mjs';

const ENTRIES = 100_000;
const CHURN_STEPS = 10;
const CHURN_PER_STEP = 100_000;
const MIB = 2 ** 20;

/** Memory: of a client that lies idle, and over many that come and go. */
export async function measure() {
  return [await bytesRow(), await churnRow()];
}

async function bytesRow() {
  const ids = tenantIds(ENTRIES);
  const clients = ids.map(makeClient);
  const put = (cache) => (ids.forEach((id, at) => cache.set(id, clients[at])), cache);
  const [ours, ...peers] = await interleave(
    [
      { name: 'Tenantry', measure: () => bytesPerEntry(() => adopt(ids, clients)) },
      { name: 'Map', measure: () => bytesPerEntry(() => put(new Map())) },
      { name: 'lru-cache', measure: () => bytesPerEntry(() => put(newLru(ENTRIES))) },
      {
        name: 'ttlcache',
        measure: () =>
          bytesPerEntry(
            () => put(newTtl()),
            (cache) => cache.cancelTimer(),
          ),
      },
    ],
    { rounds: 5, warmUps: 1 },
  );
  const what = 'idle entry, beside its client and key';
  return { what, unit: 'bytes', ours, peers, goal: '<= 256', limit: 256 };
}

async function adopt(ids, clients) {
  const registry = newRegistry();
  for (const [at, id] of ids.entries()) await registry.add(id, clients[at]);
  return registry;
}

/** Typed arrays lie outside of the heap, so they are counted with it. */
async function bytesPerEntry(make, end = () => undefined) {
  const before = heapBytes() + process.memoryUsage().arrayBuffers;
  const cache = await make();
  const bytes = (heapBytes() + process.memoryUsage().arrayBuffers - before) / ENTRIES;
  end(cache);
  return bytes;
}

async function churnRow() {
  const registry = await filledRegistry(tenantIds(100), { dispose: () => undefined });
  const heaps = [];
  for (let step = 0; step <= CHURN_STEPS; step += 1) {
    for (let at = 0; at < CHURN_PER_STEP; at += 1) await comeAndGo(registry, `churn-${step}-${at}`);
    heaps.push(heapBytes());
  }
  const mib = slope(heaps.slice(1)) / MIB;
  const what = 'heap growth over 1,000,000 created and evicted, per 100,000';
  return { what, unit: 'MiB', ours: { median: mib, low: mib, high: mib }, peers: [], goal: '< 1', limit: 1 };
}

async function comeAndGo(registry, id) {
  (await registry.acquire(id)).release();
  await registry.evict(id);
}
