import { watchEventLoop } from '../support/event-loop.mjs';
import { interleave, summary } from '../support/rounds.mjs';
import { fill, filledRegistry, makeClient, newLru, tenantIds } from './subjects.mjs';

const LIVE = 1_000_000;
const IDLE = 100_000;

/** Clean-ups: of many clients none of which is idle, and of many that all are. */
export async function measure() {
  return [...(await idleRows()), await liveRow()];
}

async function liveRow() {
  const ids = tenantIds(LIVE);
  const registry = await filledRegistry(ids);
  const lastUsed = new Map(ids.map((id) => [id, { client: makeClient(id), usedAt: performance.now() }]));
  const lru = fill(newLru(LIVE), ids);
  const [ours, ...peers] = await interleave([
    { name: 'Tenantry', measure: () => took(() => registry.cleanUp()) },
    { name: 'Map, full scan', measure: () => took(() => scan(lastUsed)) },
    { name: 'lru-cache purgeStale', measure: () => took(() => lru.purgeStale()) },
  ]);
  return { what: 'sweep, 1,000,000 clients, none idle', unit: 'ms', ours, peers, goal: '<= 0.1', limit: 0.1 };
}

async function idleRows() {
  const ids = tenantIds(IDLE);
  const [tookMs, clearMs] = [[], []];
  const longest = await interleave([
    { name: 'Tenantry', measure: () => longestPause(ids, tookMs) },
    { name: 'lru-cache clear', measure: () => lruPause(ids, clearMs) },
    { name: 'nothing running', measure: () => idlePause() },
  ]);
  const [ours, ...peers] = longest;
  const what = 'sweep, 100,000 clients, all idle';
  const whole = { ours: summary(tookMs), peers: [{ name: 'lru-cache clear', ...summary(clearMs) }] };
  return [
    { what: `${what}: longest pause of the event loop`, unit: 'ms', ours, peers, goal: '<= 5', limit: 5 },
    { what: `${what}: from call to the last disposal`, unit: 'ms', ...whole },
  ];
}

async function longestPause(ids, whole) {
  let disposed = 0;
  const registry = await filledRegistry(ids, { dispose: () => void (disposed += 1) });
  globalThis.gc();
  const { longestMs, tookMs } = await watchEventLoop(() => registry.cleanUp(0));
  if (disposed !== ids.length) throw new Error(`${disposed} of ${ids.length} clients were disposed`);
  whole.push(tookMs);
  return longestMs;
}

async function lruPause(ids, whole) {
  let disposed = 0;
  const lru = fill(newLru(ids.length, { dispose: () => void (disposed += 1) }), ids);
  globalThis.gc();
  const { longestMs, tookMs } = await watchEventLoop(() => lru.clear());
  if (disposed !== ids.length) throw new Error(`${disposed} of ${ids.length} clients were disposed`);
  whole.push(tookMs);
  return longestMs;
}

/** What the machine itself takes from a process that does nothing, for about as long as a sweep. */
async function idlePause() {
  globalThis.gc();
  const { longestMs } = await watchEventLoop(() => new Promise((resolve) => setTimeout(resolve, 400)));
  return longestMs;
}

async function took(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function scan(clients) {
  const before = performance.now() - 30 * 60_000;
  for (const [id, { usedAt }] of clients) if (usedAt < before) clients.delete(id);
}
