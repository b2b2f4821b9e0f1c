import type { CrawlRoute } from './crawl-route.js';
import { isSafe } from './crawl-route.js';
import { isSuccess } from './crawl.js';
import type { Crawl, Party, Visit } from './crawl.js';
import type { ObjectIds } from './resources.js';
import type { PlantedData } from './tenant-isolation-options.js';

/** Objects that are made in each collection: one to be attacked, and one to be used up. */
const ROUNDS = 2;
const MAX_DEPTH = 3;

/**
 * Gives both tenants something of their own: what the user plants, and objects in every collection that has a `POST`
 * route, parents before children. Reads what each can see on the way, which yields the ids.
 */
export async function plant(crawl: Crawl): Promise<void> {
  for (const party of crawl.parties) await plantGiven(crawl, party);
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const routes = crawl.routes.filter((route) => depthOf(crawl, route) === depth);
    await readAll(crawl, routes);
    for (const route of routes.filter((candidate) => isCollection(crawl, candidate)))
      for (let round = 0; round < ROUNDS; round += 1)
        for (const party of crawl.parties) await create(crawl, party, route);
    await readAll(
      crawl,
      crawl.routes.filter((route) => depthOf(crawl, route) <= depth + 1),
    );
  }
}

/** Writes once as a tenant to its own, with the first body that is taken. Gives that request, or the last one that was refused. */
export async function writeOwn(
  crawl: Crawl,
  party: Party,
  route: CrawlRoute,
  ids: ObjectIds,
): Promise<Visit | undefined> {
  let last: Visit | undefined;
  const canary = crawl.canaryOf(party);
  const candidates = crawl.bodies.candidates(route, party, canary);
  for (const [index, body] of candidates.entries()) {
    last = await crawl.ask({ route, as: party.identity, ids, body, own: true });
    const { answer } = last;
    if (!isSuccess(answer)) continue;
    crawl.bodies.worked(route, index);
    if (JSON.stringify(body)?.includes(canary) === true) {
      crawl.sent.set(`${party.name} ${route.label}`, body);
      bait(crawl, party, route.label, canary);
    }
    if (route.method === 'POST')
      party.resources.learn(route.path, ids, answer.json ?? located(answer.headers['location']));
    break;
  }
  return last;
}

async function plantGiven(crawl: Crawl, party: Party): Promise<void> {
  take(crawl, party, party.tenant);
  const planted = await party.tenant.plant?.((method, path, body) => crawl.send(party, method, path, body));
  if (planted !== undefined) take(crawl, party, planted);
}

function take(crawl: Crawl, party: Party, { ids = {}, canaries = [] }: PlantedData): void {
  for (const canary of canaries) {
    crawl.ownership.mark(party.name, canary);
    bait(crawl, party, canary, canary);
  }
  for (const [name, given] of Object.entries(ids))
    for (const id of [given].flat()) party.resources.addNamed(name, String(id));
}

/** The first text that was written somewhere; later ones may have been changed or deleted since. */
function bait(crawl: Crawl, { name }: Party, where: string, text: string): void {
  const baits = crawl.baits.get(name);
  if (baits?.has(where) === false) baits.set(where, text);
}

/** `POST` where `GET` lists or finds what was made, and `PUT` where `GET` reads it back. */
function isCollection(crawl: Crawl, { method, path }: CrawlRoute): boolean {
  if (!['POST', 'PUT'].includes(method) || !path.endsInText) return false;
  return crawl.routes.some(
    (other) =>
      other.method === 'GET' &&
      (other.path.shape === path.shape || (method === 'POST' && other.path.shape === `${path.shape}/:`)),
  );
}

async function create(crawl: Crawl, party: Party, route: CrawlRoute): Promise<void> {
  const [ids] = party.resources.idsFor(route.path);
  if (ids !== undefined) await writeOwn(crawl, party, route, ids);
}

async function readAll(crawl: Crawl, routes: readonly CrawlRoute[]): Promise<void> {
  for (const route of routes.filter(isSafe)) for (const party of crawl.parties) await read(crawl, party, route);
}

async function read(crawl: Crawl, party: Party, route: CrawlRoute): Promise<void> {
  const known = party.resources.idsFor(route.path).slice(0, ROUNDS);
  const guesses = known.length > 0 ? [] : party.resources.guessesFor(route.path);
  for (const ids of [...known, ...guesses]) {
    const { answer } = await crawl.ask({ route, as: party.identity, ids, own: true });
    if (!isSuccess(answer)) continue;
    if (guesses.length > 0) party.resources.confirm(route.path, ids);
    party.resources.learn(route.path, ids, answer.json);
    crawl.bodies.learn(route, answer.json);
  }
}

function depthOf(crawl: Crawl, { path }: CrawlRoute): number {
  return crawl.parties[0].resources.objectParams(path).length;
}

/** The id at the end of a `Location` header. */
function located(location: string | undefined): unknown {
  const id = location?.split(/[?#]/)[0]?.split('/').at(-1);
  return id === undefined || id === '' ? undefined : { id: decodeURIComponent(id) };
}
