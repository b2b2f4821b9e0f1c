import { learnBaseline } from './baseline.js';
import { isSafe } from './crawl-route.js';
import type { CrawlRoute } from './crawl-route.js';
import type { Crawl, Party } from './crawl.js';
import { askForForeignIds } from './foreign-ids.js';
import { askWithForeignBody, askWithForeignQuery } from './foreign-fields.js';
import type { Duel } from './foreign-fields.js';
import { plant, writeOwn } from './plant.js';
import { askAsOutsiders, askAtForeignAddress } from './outsiders.js';
import { askAtOnce, askInTurns } from './turns.js';
import { Watch } from './watch.js';

/** Deletion comes last of all writes. */
const ORDER = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Runs a whole crawl: plants, learns which data belongs to which tenant, then has each tenant and callers without credentials try
 * to read the other's.
 *
 * @throws RequestLimitReached
 * @throws Error where there is nothing to go by: neither tenant has anything, or one has lost its access
 */
export async function runCrawl(crawl: Crawl): Promise<void> {
  await plant(crawl);
  await learnBaseline(crawl);
  for (const { name } of crawl.parties) if (!crawl.ownership.knows(name)) throw nothingOf(name);
  const watches = [new Watch(crawl, crawl.parties[0]), new Watch(crawl, crawl.parties[1])] as const;
  for (const watch of watches) await watch.take();
  await askInTurns(crawl, watches);
  await askInTurns(crawl, [watches[1], watches[0]]);
  await askAtOnce(crawl, watches);
  for (const [attacker, owner] of [
    [0, 1],
    [1, 0],
  ] as const)
    await attack(crawl, attacker, owner, watches);
  for (const [index, party] of crawl.parties.entries()) await useUp(crawl, party, watches[index === 0 ? 1 : 0]);
}

async function attack(crawl: Crawl, first: 0 | 1, second: 0 | 1, watches: readonly [Watch, Watch]): Promise<void> {
  const [attacker, owner] = [crawl.parties[first], crawl.parties[second]];
  const duel: Duel = { attacker, owner, watches: { attacker: watches[first], owner: watches[second] } };
  for (const watch of watches) await watch.take();
  const routes = [...crawl.routes].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
  for (const route of routes) {
    if (!isSafe(route) && route.method !== 'DELETE') await writeToOwn(crawl, route, duel);
    await askBlindly(crawl, route, attacker, owner);
    await askForForeignIds(crawl, route, attacker, owner, duel.watches.owner);
    await askWithForeignQuery(crawl, route, duel);
    await askWithForeignBody(crawl, route, duel);
    await duel.watches.owner.settle();
  }
  await askAtForeignAddress(crawl, attacker, owner, duel.watches.owner);
  await askAsOutsiders(crawl, owner, duel.watches.owner);
}

/** Shows that the route works at all, and that the other tenant's answers do not depend on it. */
async function writeToOwn(crawl: Crawl, route: CrawlRoute, { attacker, watches }: Duel): Promise<void> {
  const ids = attacker.resources.idsFor(route.path).at(-1);
  if (ids === undefined) return;
  const visit = await writeOwn(crawl, attacker, route, ids);
  await mustBeServed(crawl, attacker, route, watches.attacker);
  if (visit !== undefined) await watches.owner.after(visit);
}

/** Where no object is known to either tenant, at least an answer to unknown ids can be checked. */
async function askBlindly(crawl: Crawl, route: CrawlRoute, attacker: Party, owner: Party): Promise<void> {
  if ([attacker, owner].some(({ resources }) => resources.idsFor(route.path).length > 0)) return;
  const [body] = isSafe(route) ? [] : crawl.bodies.candidates(route, attacker, crawl.canaryOf(attacker));
  await crawl.ask({ route, as: attacker.identity, ids: attacker.resources.unknownFor(route.path), body });
}

/** Deletes what the tenant does not need any more, to see that deletion works. */
async function useUp(crawl: Crawl, party: Party, others: Watch): Promise<void> {
  await others.take();
  for (const route of crawl.routes.filter(({ method }) => method === 'DELETE').reverse()) {
    const ids = party.resources.idsFor(route.path).at(-1);
    if (ids === undefined) continue;
    const [body] = crawl.bodies.candidates(route, party, crawl.canaryOf(party));
    await others.compare(await crawl.ask({ route, as: party.identity, ids, body, own: true }));
  }
}

/** A write that ends the session or the account would make every later request a proof of nothing. */
async function mustBeServed(crawl: Crawl, party: Party, route: CrawlRoute, watch: Watch): Promise<void> {
  const [call] = watch.reads.keys();
  if (call === undefined) throw nothingOf(party.name);
  const { answer } = await crawl.ask(call);
  if ([401, 403].includes(answer.status))
    throw new Error(`${party.name} is answered ${answer.status} since ${route.label}: leave that route out by skip.`);
}

function nothingOf(name: string): Error {
  return new Error(
    `Nothing is known that belongs to ${name} alone, so nothing could be found elsewhere. Check its headers and params, and give bodies, canaries or plant.`,
  );
}
