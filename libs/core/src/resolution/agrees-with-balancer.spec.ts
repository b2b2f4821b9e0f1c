import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL } from '../observability/audit/tenant-audit.js';
import { agreesWithBalancer } from './agrees-with-balancer.js';
import { fromHeader } from './from-header.js';
import { fromHost } from './from-host.js';
import { fromPath } from './from-path.js';
import type { TenantRequest } from './tenant-request.js';
import { notApplicable, rejected, resolved, resolverOf } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

const BALANCER = '10.0.0.1';
const trustedProxies = [BALANCER];

/** The places in the order in which the shipped balancers read them. */
const places = [fromHeader({ name: 'X-Tenant-Id', trustedProxies }), fromPath(), fromHost()];

interface Parts {
  readonly path?: string;
  readonly host?: string;
  readonly from?: string;
  readonly said?: string | readonly string[];
  readonly headers?: Readonly<Record<string, readonly string[]>>;
}

function requestOf({ path = '/', host, from = BALANCER, said = [], headers = {} }: Parts): TenantRequest {
  const all: Parts['headers'] = { 'x-balancer-tenant': [said].flat(), ...headers };
  return {
    ...{ path, host, ambiguity: null, remoteAddress: from, body: undefined, platformRequest: {} },
    headers: (name) => all[name] ?? [],
  };
}

async function answerTo(parts: Parts, resolver = agreesWithBalancer({ trustedProxies, places })): Promise<string> {
  const answer = await resolver.resolve(requestOf(parts));
  return answer.kind === 'rejected' ? answer.error.code : answer.kind;
}

const REFUSED = 'MT_TENANT_IDENTIFIER_INVALID';

describe('agreesWithBalancer', () => {
  it.each<[string, Parts]>([
    ['the same path', { path: '/t/foo.com/x', said: 'foo.com' }],
    ['the same path in another case', { path: '/t/FOO.com/x', said: 'foo.com' }],
    ['an alias, which it is not asked to know', { path: '/t/www.foo.com/x', said: 'www.foo.com' }],
    ['the same host with a port and a final dot', { host: 'FOO.com:8080', said: 'foo.com' }],
    ['the path before the host', { path: '/t/foo.com/x', host: 'api.example.org', said: 'foo.com' }],
    ['the header before both', { path: '/t/foo.com/x', said: 'bar.com', headers: { 'x-tenant-id': ['Bar.com'] } }],
    ['no tenant, by silence', { host: 'localhost:3000' }],
    ['no tenant, by an empty header', { host: 'localhost:3000', said: '' }],
  ])('says nothing when both read %s', async (_what, parts) => {
    expect(await answerTo(parts)).toBe('notApplicable');
  });

  it.each<[string, Parts]>([
    ['another tenant', { path: '/t/foo.com/x', said: 'bar.com' }],
    ['a tenant by the host where the path names one', { path: '/t/foo.com/x', host: 'bar.com', said: 'bar.com' }],
    ['a tenant where there is none', { host: 'localhost', said: 'foo.com' }],
    ['none where there is a tenant', { path: '/t/foo.com/x' }],
    ['none, by an empty header, where there is a tenant', { host: 'foo.com', said: '' }],
    ['the tenant in a form that is not canonical', { path: '/t/FOO.com/x', said: 'FOO.com' }],
    ['two tenants', { path: '/t/foo.com/x', said: ['foo.com', 'bar.com'] }],
    [
      'a tenant, and a lookalike of its header is there',
      { host: 'foo.com', said: 'foo.com', headers: { x_balancer_tenant: ['a'] } },
    ],
    ['what the application refuses to read', { path: '/t/%66oo.com/x', said: 'foo.com' }],
    [
      'a tenant by the host, and the header is malformed',
      { host: 'a.com', said: 'a.com', headers: { 'x-tenant-id': ['a, b'] } },
    ],
    ['a tenant by the path, and the host is malformed', { path: '/t/foo.com/x', host: '0x7f.1', said: 'foo.com' }],
  ])('refuses when the balancer read %s', async (_what, parts) => {
    expect(await answerTo(parts)).toBe(REFUSED);
  });

  it('ignores a peer that is no balancer', async () => {
    expect(await answerTo({ path: '/t/foo.com/x', said: 'bar.com', from: '10.0.0.2' })).toBe('notApplicable');
    expect(await answerTo({ path: '/t/foo.com/x', from: '10.0.0.2' })).toBe('notApplicable');
  });

  it('waits for asynchronous resolvers, and fails with them', async () => {
    const slow = (answer: ResolverAnswer): TenantResolver => resolverOf(async () => answer);
    const check = (answer: ResolverAnswer): TenantResolver =>
      agreesWithBalancer({ trustedProxies, places: [slow(notApplicable), slow(answer)] });
    expect(await answerTo({ said: 'foo' }, check(resolved('FOO')))).toBe('notApplicable');
    expect(await answerTo({ said: 'bar' }, check(resolved('FOO')))).toBe(REFUSED);
    expect(await answerTo({ said: 'foo' }, check(rejected('it is bad')))).toBe(REFUSED);
  });

  it('reads the configured header', async () => {
    const check = agreesWithBalancer({ header: 'X-Edge', trustedProxies, places });
    expect(check.name).toBe('balancer header x-edge');
    expect(await answerTo({ host: 'foo.com', said: 'bar.com', headers: { 'x-edge': ['foo.com'] } }, check)).toBe(
      'notApplicable',
    );
  });

  it('names both identifiers and the remedy', async () => {
    const check = agreesWithBalancer({ trustedProxies, places });
    const answer = await check.resolve(requestOf({ path: '/t/foo.com/x', said: 'bar.com' }));
    const silent = await check.resolve(requestOf({ path: '/t/foo.com/x' }));
    expect(answer).toMatchObject({ error: { message: expect.stringMatching(/"bar\.com".*"foo\.com".*same places/) } });
    expect(silent).toMatchObject({ error: { message: expect.stringContaining('read no tenant in it') } });
  });

  it('reports to the audit channel once per request, and not what a place refuses by itself', async () => {
    const events: unknown[] = [];
    const listen = (event: unknown): void => void events.push(event);
    subscribe(TENANT_AUDIT_CHANNEL, listen);
    const check = agreesWithBalancer({ trustedProxies, places });
    const mismatch = requestOf({ path: '/t/foo.com/x', said: 'bar.com' });
    const refusedAnyway = [
      { path: '/t/%66oo.com/x', said: 'bar.com' },
      { host: 'foo.com', said: 'foo.com', headers: { 'x-tenant-id': ['foo.com, bar.com'] } },
    ];
    for (const request of [mismatch, mismatch, ...refusedAnyway.map(requestOf)]) {
      await check.resolve(request);
    }
    unsubscribe(TENANT_AUDIT_CHANNEL, listen);
    const event = { type: 'balancerMismatch', balancer: 'bar.com', application: 'foo.com', remoteAddress: BALANCER };
    expect(events).toEqual([event]);
  });

  it.each([
    [{ header: 'X Tenant', trustedProxies, places }, 'agreesWithBalancer.header'],
    [{ trustedProxies: [], places }, 'agreesWithBalancer.trustedProxies'],
    [{ trustedProxies: ['balancer'], places }, 'agreesWithBalancer.trustedProxies'],
    [{ trustedProxies, places: [] }, 'agreesWithBalancer.places'],
    [{ trustedProxies, places: [null as unknown as TenantResolver] }, 'agreesWithBalancer.places'],
    [{ trustedProxies, places: undefined as unknown as TenantResolver[] }, 'agreesWithBalancer.places'],
  ])('stops at a bad option', (options, name) => {
    expect(() => agreesWithBalancer(options)).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
    expect(() => agreesWithBalancer(options)).toThrow(name);
  });
});
