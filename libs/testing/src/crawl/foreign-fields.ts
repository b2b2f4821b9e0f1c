import { isIdName } from './bodies.js';
import { isSafe } from './crawl-route.js';
import type { CrawlRoute } from './crawl-route.js';
import type { Crawl, Party, Visit } from './crawl.js';
import type { Call } from './identity.js';
import { probe } from './probe.js';
import type { ObjectIds } from './resources.js';
import { missingLike } from './values.js';
import { seenIn } from './watch.js';
import type { Watch } from './watch.js';

/** What applications call the tenant, where they take it from the client. */
const TENANT_NAMES = [
  'tenantId',
  'tenant_id',
  'tenant',
  'orgId',
  'organizationId',
  'accountId',
  'workspaceId',
  'customerId',
];
const SEARCH_NAMES = ['q', 'search', 'query', 'filter', 'name'];
/** Texts of the owner that are searched for in one place. */
const MAX_SEARCHED = 6;
const PAGING = /^(?:limit|page|offset|size|per_?page|skip|take|sort|order|order_?by|after|before|cursor)$/i;

type Query = Readonly<Record<string, string>>;

/** The two tenants of an attack, and what the owner sees of it. */
export interface Duel {
  readonly attacker: Party;
  readonly owner: Party;
  readonly watches: { readonly attacker: Watch; readonly owner: Watch };
}

/** Puts the other tenant's name, ids and texts into the query of a route. */
export async function askWithForeignQuery(crawl: Crawl, route: CrawlRoute, duel: Duel): Promise<void> {
  const { attacker, owner } = duel;
  const [ids] = attacker.resources.idsFor(route.path);
  if (ids === undefined || !isSafe(route)) return;
  const declared = [...new Set([...route.queryNames, ...(crawl.shapes?.queryNames(route) ?? [])])];
  const tenantNames = [
    ...new Set([...TENANT_NAMES, ...declared.filter((name) => /tenant|org|account|domain/i.test(name))]),
  ];
  for (const identifier of owner.identifiers)
    await together(tenantNames, (names) =>
      askAsOwner(crawl, { route, as: attacker.identity, ids, query: all(names, identifier) }, duel),
    );
  const searched = declared.filter((name) => !PAGING.test(name));
  for (const names of searched.length > 0 ? searched.map((name) => [name]) : [SEARCH_NAMES])
    await search(crawl, route, ids, names, duel);
}

/** Puts the other tenant's name and ids into the body of a write, and repeats texts that the other tenant has used. */
export async function askWithForeignBody(crawl: Crawl, route: CrawlRoute, duel: Duel): Promise<void> {
  const { attacker, owner } = duel;
  const ids = attacker.resources.idsFor(route.path).at(-1);
  if (ids === undefined || isSafe(route) || route.method === 'DELETE') return;
  const call = (members: object): Call => ({
    route,
    as: attacker.identity,
    ids,
    body: { ...objectOf(crawl.bodies.candidates(route, attacker, crawl.canaryOf(attacker))[0]), ...members },
  });
  for (const identifier of owner.identifiers)
    await together(TENANT_NAMES, async (names) => {
      const visit = await askAsOwner(crawl, call(all(names, identifier)), duel);
      await duel.watches.owner.after(visit);
      return visit;
    });
  await referToForeign(crawl, route, call, duel);
  await repeatTexts(crawl, route, ids, duel);
}

/** All names in one request, and where that is refused each in one of its own. */
async function together(names: readonly string[], ask: (names: readonly string[]) => Promise<Visit>): Promise<void> {
  const { answer } = await ask(names);
  if (answer.status >= 400) for (const name of names) await ask([name]);
}

/** Asks, and reports an answer that is the very one which the owner gets. */
async function askAsOwner(crawl: Crawl, call: Call, { owner, watches }: Duel): Promise<Visit> {
  const visit = await crawl.ask(call);
  const { label } = call.route;
  const [own, others] = [watches.attacker.plainAnswer(label), watches.owner.plainAnswer(label)];
  if (others !== undefined && own !== others && seenIn(visit) === others)
    crawl.report(
      'foreign-data',
      visit,
      owner.name,
      `the answer is the one that ${owner.name} gets: ${JSON.stringify(others.slice(0, 160))}`,
    );
  return visit;
}

async function search(
  crawl: Crawl,
  route: CrawlRoute,
  ids: ObjectIds,
  names: readonly string[],
  { attacker, owner }: Duel,
): Promise<void> {
  const call = (text: string): Call => ({ route, as: attacker.identity, ids, query: all(names, text) });
  for (const value of searchedFor(crawl, names, owner).filter((text) => !attacker.resources.has(text)))
    await probe(crawl, {
      foreign: call(value),
      missing: [call(missingLike(value, 0)), call(missingLike(value, 1))],
      owner,
      what: `${JSON.stringify(value)} of ${owner.name} in the query`,
    });
}

function searchedFor(crawl: Crawl, [name = '']: readonly string[], owner: Party): string[] {
  const id = isIdName(name) ? owner.resources.named(name) : undefined;
  return id === undefined ? [...(crawl.baits.get(owner.name)?.values() ?? [])].slice(0, MAX_SEARCHED) : [id];
}

/** Members of the body that are called like ids, with the owner's ids: a reference to what the attacker may not know of. */
async function referToForeign(
  crawl: Crawl,
  route: CrawlRoute,
  call: (members: object) => Call,
  duel: Duel,
): Promise<void> {
  const { attacker, owner, watches } = duel;
  for (const name of Object.keys(objectOf(call({}).body)).filter(isIdName)) {
    const value = owner.resources.named(name);
    if (value === undefined || attacker.resources.has(value)) continue;
    const visit = await probe(crawl, {
      foreign: call({ [name]: value }),
      missing: [call({ [name]: missingLike(value, 0) }), call({ [name]: missingLike(value, 1) })],
      owner,
      compare: 'status',
      what: `the id of ${owner.name} in the member ${name}`,
    });
    await watches.owner.after(visit);
  }
}

/** A text that the other tenant uses must be as available as an unused one. */
async function repeatTexts(
  crawl: Crawl,
  route: CrawlRoute,
  ids: ObjectIds,
  { attacker, owner, watches }: Duel,
): Promise<void> {
  const body = crawl.sent.get(`${owner.name} ${route.label}`);
  if (route.method !== 'POST' || body === undefined) return;
  const call = (used: unknown): Call => ({ route, as: attacker.identity, ids, body: used });
  const fresh = (): Call => call(crawl.bodies.candidates(route, attacker, crawl.canaryOf(attacker))[0]);
  const visit = await probe(crawl, {
    foreign: call(withOwnIds(body, attacker)),
    missing: [fresh(), fresh()],
    owner,
    compare: 'status',
    what: `a body with texts that ${owner.name} has used`,
  });
  await watches.owner.after(visit);
}

function withOwnIds(body: unknown, attacker: Party): unknown {
  const members = Object.entries(objectOf(body)).map(([name, value]) => [
    name,
    isIdName(name) ? (attacker.resources.named(name) ?? value) : value,
  ]);
  return Object.fromEntries(members) as unknown;
}

function all(names: readonly string[], value: string): Query {
  return Object.fromEntries(names.map((name) => [name, value]));
}

function objectOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
}
