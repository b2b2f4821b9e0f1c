import { CachedTenantCatalog } from '@tenantry/core';
import { compareSizes, msPerCall, nsPerCall } from './compare.mjs';

const COLD_CALLS = 200;
const CACHED_CALLS = 200_000;
const AT_ONCE = 32;

/** A name to its tenant: asked of the server, and from the cache. */
export async function measureLookUps(subjects) {
  const rows = [];
  for (const [what, ask] of COLD) rows.push(await compareSizes(subjects, cold(what, ask)));
  rows.push(await compareSizes(subjects, { ...cold(...COLD[0]), what: `cold, ${AT_ONCE} at once`, cost: atOnce }));
  for (const inUse of [10, 10_000]) rows.push(await cached(subjects, inUse));
  return rows;
}

const COLD = [
  ['cold by domain', (catalog, { domain }) => catalog.findByIdentifier(domain)],
  ['cold by alias', (catalog, { alias }) => catalog.findByIdentifier(alias)],
  ['cold by id as identifier', (catalog, { id }) => catalog.findByIdentifier(id)],
  ['cold by id', (catalog, { id }) => catalog.findById(id)],
  ['cold, unknown name', (catalog, { domain }) => catalog.findByIdentifier(`no-${domain}`)],
];

function cold(what, ask) {
  return {
    what,
    unit: 'ms',
    times: 2,
    cost: ({ catalog, names }) => msPerCall(COLD_CALLS, () => ask(catalog, anyOf(names))),
    explain: ({ explain, names }) => explain((catalog) => ask(catalog, anyOf(names))),
  };
}

/** Milliseconds a call while as many wait for an answer. */
function atOnce({ catalog, names }) {
  const worker = () => msPerCall(COLD_CALLS / 10, () => catalog.findByIdentifier(anyOf(names).domain));
  const start = performance.now();
  return Promise.all(Array.from({ length: AT_ONCE }, worker)).then(
    () => (performance.now() - start) / (AT_ONCE * (COLD_CALLS / 10)),
  );
}

async function cached(subjects, inUse) {
  const caches = new Map();
  for (const subject of subjects) caches.set(subject, await warmCache(subject, inUse));
  return compareSizes(subjects, {
    what: `cached, ${inUse.toLocaleString('en')} domains in use`,
    unit: 'ns',
    times: 1.1,
    cost: (subject) => {
      const { cache, domains } = caches.get(subject);
      return nsPerCall(CACHED_CALLS, (turn) => found(cache.peekByIdentifier(domains[turn % domains.length])));
    },
  });
}

async function warmCache({ catalog, names }, inUse) {
  const cache = new CachedTenantCatalog(catalog, { ttlMs: 3_600_000 });
  const domains = names.slice(0, inUse).map(({ domain }) => domain);
  for (const domain of domains) await cache.findByIdentifier(domain);
  return { cache, domains };
}

function found(tenant) {
  if (!tenant) throw new Error('A name is missing from the cache');
}

function anyOf(list) {
  return list[Math.floor(Math.random() * list.length)];
}
