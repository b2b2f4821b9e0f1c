import type { ClientEntry } from '../../../libs/core/src/registry/client-entry.js';
import type { FakeClient, World } from './world.js';

/** As `expect(...).toBe(true)`, but a thousand times cheaper: this runs after every step of every history. */
function holds(condition: boolean, otherwise: () => string): void {
  if (!condition) throw new Error(otherwise());
}

/** What holds at every moment, also in the middle of what is under way. */
export function checkAlways(world: World): void {
  const { registry, parts, config, clock } = world;
  const entries = parts.roster.all();
  const stats = registry.stats();
  holds(world.faults.length === 0, () => world.faults.join('; '));
  holds(stats.occupied <= config.maxClients, () => `${stats.occupied} clients`);
  holds(stats.weight <= config.maxWeight, () => `a weight of ${stats.weight}`);
  holds(
    stats.size + stats.draining <= stats.occupied,
    () => `${stats.occupied} places for ${stats.size} + ${stats.draining}`,
  );
  holds(stats.size === entries.length, () => 'the size is wrong');
  for (const entry of entries) {
    const { tenantId, client } = entry;
    holds(entry.isReady && client.disposals === 0, () => `${tenantId} has a client that is no more`);
    holds(parts.roster.find(tenantId) === entry, () => `${tenantId} has two clients`);
    holds(client.tenantId === tenantId, () => `${tenantId} has the client of ${client.tenantId}`);
    client.lastReady = clock.now();
  }
  checkIdleList(entries);
}

/** What holds once all background work has ended. */
export function checkAtRest(world: World): void {
  checkAlways(world);
  const { registry, parts, clock, waits, leases, released } = world;
  const { disposing } = parts.retirements;
  const stats = registry.stats();
  const entries = parts.roster.all();
  const out = leases.filter((lease) => !released.has(lease));
  const onCurrent = out.filter(({ tenantId, client }) => parts.roster.find(tenantId)?.client === client).length;
  const leased = entries.reduce((sum, entry) => sum + entry.leases, 0);
  holds(stats.leases === out.length, () => `${stats.leases} leases counted, ${out.length} out`);
  holds(leased === onCurrent, () => `${leased} leases noted on current clients, ${onCurrent} out`);
  const overdue = waits.filter((wait) => !wait.settled && clock.now() >= wait.deadline);
  holds(overdue.length === 0, () => overdue.map(({ what, tenantId }) => `${what} ${tenantId} is overdue`).join());
  const evictable = entries.some((entry) => entry.ages);
  holds(stats.waiting <= disposing || !evictable, () => 'a caller waits for capacity beside an idle client');
  const adding = waits.filter(({ what, settled }) => what === 'add' && !settled).length;
  const accounted =
    stats.size + stats.draining + world.runningFactories() + world.pendingDisposals + stats.creating + adding;
  holds(stats.occupied <= accounted, () => `${stats.occupied} places taken, ${accounted} accounted for`);
  checkNoneForgotten(world);
}

/** What holds when the registry is closed and all time has passed. */
export function checkAtEnd(world: World): void {
  checkAtRest(world);
  const { registry, clients, waits, clock } = world;
  const lost = clients.filter(({ owned, disposals }) => disposals !== (owned === 'yes' ? 1 : 0));
  expect(lost).toEqual([]);
  expect(waits.filter((wait) => !wait.settled).map(({ what }) => what)).toEqual([]);
  expect(registry.stats()).toMatchObject({
    size: 0,
    creating: 0,
    draining: 0,
    leases: 0,
    occupied: 0,
    weight: 0,
    waiting: 0,
  });
  expect(world.reportedForced).toBeGreaterThanOrEqual(world.disposedInUse);
  expect(clock.pendingTimers).toBe(0);
}

/** A caller waits for a creation that is known, each creation has a waiter, and what was pinned is. */
function checkNoneForgotten({ waits, parts, config, pinned }: World): void {
  const waited = (tenantId: string): boolean => waits.some((wait) => !wait.settled && wait.tenantId === tenantId);
  const inVain = ['a', 'b', 'c', 'd'].filter((id) => parts.creations.find(id) !== undefined && !waited(id));
  holds(inVain.length === 0 || config.maxLifetimeMs < Infinity, () => `no caller waits for ${inVain.join()}`);
  const unpinned = [...pinned].filter((id) => parts.roster.find(id)?.pinned === false);
  holds(unpinned.length === 0, () => `${unpinned.join()} lost the pin`);
  const forgotten = waits.filter(({ what, settled, tenantId }) => {
    return what === 'acquire' && !settled && parts.creations.find(tenantId) === undefined;
  });
  holds(forgotten.length === 0, () => `${forgotten.map(({ tenantId }) => tenantId).join()} waits for nothing`);
}

/** The idle list holds exactly what ages, from the least to the most recently used. */
function checkIdleList(entries: readonly ClientEntry<FakeClient>[]): void {
  const aging = entries.filter((entry) => entry.ages);
  const linked = entries.filter((entry) => entry.older !== null || entry.newer !== null);
  holds(
    linked.every((entry) => entry.ages),
    () => 'the idle list holds what does not age',
  );
  let seen = 0;
  const oldest = aging.filter(({ older }) => older === null);
  holds(oldest.length === Math.min(1, aging.length), () => `the idle list has ${oldest.length} old ends`);
  for (let entry = oldest[0] ?? null; entry !== null; entry = entry.newer) {
    seen += 1;
    holds(entry.newer === null || entry.newer.lastUsed >= entry.lastUsed, () => 'the idle list is out of order');
    holds(entry.newer === null || entry.newer.older === entry, () => 'the idle list is torn');
  }
  holds(seen === aging.length, () => `the idle list holds ${seen} of ${aging.length}`);
}
