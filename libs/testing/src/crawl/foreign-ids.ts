import { isSafe } from './crawl-route.js';
import type { CrawlRoute } from './crawl-route.js';
import { isSuccess } from './crawl.js';
import type { Crawl, Party } from './crawl.js';
import type { Call } from './identity.js';
import { probe } from './probe.js';
import type { ObjectIds } from './resources.js';
import { isNumber, missingLike } from './values.js';
import { seenIn } from './watch.js';
import type { Watch } from './watch.js';

/**
 * Asks a route for an object of the other tenant: all ids foreign, and each alone with the attacker's own around it, as
 * where the parent is checked and the child is not. An object that does not exist must look the same.
 */
export async function askForForeignIds(
  crawl: Crawl,
  route: CrawlRoute,
  attacker: Party,
  owner: Party,
  watch: Watch,
): Promise<void> {
  const params = attacker.resources.objectParams(route.path);
  const [own] = attacker.resources.idsFor(route.path);
  const foreign = await firstOfOwnerAlone(crawl, route, attacker, owner);
  if (foreign === undefined) return;
  for (const chosen of choicesOf(params, own, foreign, attacker)) {
    crawl.coverage.foreign(route);
    const visit = await probe(crawl, {
      foreign: callOf(crawl, route, attacker, { ...own, ...picked(chosen, (param) => foreign[param] ?? '') }),
      missing: [0, 1].map((variant) =>
        callOf(crawl, route, attacker, {
          ...own,
          ...picked(chosen, (param) => missingLike(foreign[param] ?? '', variant)),
        }),
      ) as [Call, Call],
      owner,
      what: `the id of ${owner.name} in ${chosen.map((param) => `:${param}`).join(' and ')}`,
    });
    if (!isSafe(route)) await watch.after(visit);
  }
}

/** Ids of an object that the owner has and the attacker has not. */
async function firstOfOwnerAlone(
  crawl: Crawl,
  route: CrawlRoute,
  attacker: Party,
  owner: Party,
): Promise<ObjectIds | undefined> {
  const params = attacker.resources.objectParams(route.path);
  const last = params.at(-1) ?? '';
  for (const ids of owner.resources.idsFor(route.path)) {
    const id = ids[last] ?? '';
    if (!isForeignTo(params, ids, attacker)) continue;
    if (!isNumber(id) || !(await hasSameNumber(crawl, route, ids, attacker, owner))) return ids;
    attacker.resources.noteOwn(id);
  }
  return undefined;
}

/**
 * Whether both have an object of that number, as in two databases: then each gets its own at the route that reads it. An answer
 * that holds anything of the owner's, or is the owner's, is no such object.
 */
async function hasSameNumber(
  crawl: Crawl,
  { path }: CrawlRoute,
  ids: ObjectIds,
  attacker: Party,
  owner: Party,
): Promise<boolean> {
  const route = crawl.routes.find((other) => other.method === 'GET' && other.path.shape === path.shape);
  if (route === undefined) return false;
  const values = attacker.resources.objectParams(path).map((param) => ids[param] ?? '');
  const named = Object.fromEntries(
    attacker.resources.objectParams(route.path).map((param, index) => [param, values[index] ?? '']),
  );
  const own = await crawl.askUnchecked({ route, as: attacker.identity, ids: named });
  const others = await crawl.askUnchecked({ route, as: owner.identity, ids: named });
  if (!isSuccess(own.answer) || seenIn(own) === seenIn(others)) return false;
  return crawl.ownership.foreignIn(own.answer, attacker.name, values).length === 0;
}

/** Whether the attacker has no object of these ids itself, as with small numbers; else they would show nothing. */
function isForeignTo(params: readonly string[], ids: ObjectIds, attacker: Party): boolean {
  return params.some((param) => !attacker.resources.has(ids[param] ?? ''));
}

/** Which parameters to fill with the owner's ids. */
function choicesOf(
  params: readonly string[],
  own: ObjectIds | undefined,
  foreign: ObjectIds,
  attacker: Party,
): (readonly string[])[] {
  if (own === undefined || params.length < 2) return [params];
  return [params, ...params.filter((param) => isForeignTo([param], foreign, attacker)).map((param) => [param])];
}

function callOf(crawl: Crawl, route: CrawlRoute, attacker: Party, ids: ObjectIds): Call {
  const [body] = isSafe(route) ? [] : crawl.bodies.candidates(route, attacker, crawl.canaryOf(attacker));
  return { route, as: attacker.identity, ids, body };
}

function picked(params: readonly string[], value: (param: string) => string): ObjectIds {
  return Object.fromEntries(params.map((param) => [param, value(param)]));
}
