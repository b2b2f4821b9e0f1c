import { isSafe } from './crawl-route.js';
import type { Crawl, Party } from './crawl.js';
import { isCredential } from './identity.js';
import type { Identity } from './identity.js';
import { missingLike } from './values.js';
import type { Watch } from './watch.js';

/** Callers without a right to a tenant's data: one at its address without credentials, and one at no tenant's address. */
export function outsidersOf({ name, identity }: Party): Identity[] {
  const open = Object.entries(identity.headers).filter(([header]) => !isCredential(header));
  const params = Object.entries(identity.params).map(([param, value]) => [param, missingLike(value, 3)]);
  const anonymous = {
    label: 'nobody',
    tenant: undefined,
    headers: {},
    params: Object.fromEntries(params),
    pathPrefix: '',
  };
  if (open.length === Object.keys(identity.headers).length) return [anonymous];
  return [
    anonymous,
    { ...identity, label: `nobody at the address of ${name}`, tenant: undefined, headers: Object.fromEntries(open) },
  ];
}

/** Asks every route for a tenant's data without its credentials. */
export async function askAsOutsiders(crawl: Crawl, owner: Party, watch: Watch): Promise<void> {
  for (const as of outsidersOf(owner)) await askEverything(crawl, as, owner, watch);
}

/** Asks every route for a tenant's data with the credentials of the other one, at the address of the first. */
export async function askAtForeignAddress(crawl: Crawl, attacker: Party, owner: Party, watch: Watch): Promise<void> {
  const credentials = Object.entries(attacker.identity.headers).filter(([name]) => name !== 'host');
  const { host } = owner.identity.headers;
  const { params, pathPrefix } = owner.identity;
  const isCredible = credentials.some(([name]) => isCredential(name));
  if (!isCredible || (host === undefined && pathPrefix === '' && Object.keys(params).length === 0)) return;
  const headers = { ...Object.fromEntries(credentials), ...(host === undefined ? {} : { host }) };
  const label = `${attacker.name} at the address of ${owner.name}`;
  await askEverything(crawl, { label, tenant: attacker.name, headers, params, pathPrefix }, owner, watch);
}

async function askEverything(crawl: Crawl, as: Identity, owner: Party, watch: Watch): Promise<void> {
  await watch.settle();
  for (const route of crawl.routes) {
    const [ids = owner.resources.unknownFor(route.path)] = owner.resources.idsFor(route.path);
    const [body] = isSafe(route) ? [] : crawl.bodies.candidates(route, owner, crawl.canaries.next());
    const visit = await crawl.ask({ route, as, ids, body });
    if (!isSafe(route)) await watch.after(visit);
  }
  await watch.settle();
}
