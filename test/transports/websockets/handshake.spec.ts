import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { fromHeader, fromHost, fromPath, resolved, notApplicable, TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import type { TenantResolver } from '@tenantry/core';
import { ADAPTERS } from '../../support/http.js';
import { until } from '../../support/until.js';
import { socketBench } from './support/bench.js';
import { plainGateway, workGateway } from './support/gateways.js';
import { PLATFORMS, refusalOf } from './support/peer.js';
import type { PlatformName } from './support/peer.js';
import { freePort } from './support/socket-app.js';

const MATRIX = PLATFORMS.flatMap((platform) => ADAPTERS.map((http) => ({ platform, http })));

/** Stands for a verified token: `authorization: Token a.example`. */
const fromToken: TenantResolver = {
  name: 'token',
  trust: 'verified',
  resolve: (request) => tokenOf(request.headers('authorization')),
};

function tokenOf([value]: readonly string[]): ReturnType<TenantResolver['resolve']> {
  return value?.startsWith('Token ') ? resolved(value.slice('Token '.length)) : notApplicable;
}

/** How the end of a socket reads that was closed in the middle of its life, or refused at the handshake. */
function refusedEnd(platform: PlatformName, code: number, reason: string): string {
  return platform === 'ws' ? `${code} ${reason}` : 'refused';
}

describe.each(MATRIX)('A handshake over $platform on $http', ({ platform, http }) => {
  const bench = socketBench();

  it.each([
    ['Host', { host: 'b.example' }],
    ['a header of a trusted proxy', { 'x-tenant': 'b.example' }],
    ['a token', { authorization: 'Token b' }],
  ])('names the tenant by %s', async (_place, headers: Record<string, string>) => {
    const resolvers = [fromHost(), fromHeader({ name: 'x-tenant', trustedProxies: ['loopback'] }), fromToken];
    const { port } = await bench.start({ platform, http, gateways: [workGateway()], module: { resolvers } });
    const peer = bench.connect(platform, { port, headers });
    peer.send('whose', { n: 1 });
    expect(await peer.next('whose')).toEqual({ n: 1, before: 'b', client: 'b', after: 'b' });
  });

  it.each([
    ['an unknown tenant', { host: 'z.example' }, 404, 'MT_TENANT_UNKNOWN'],
    ['a suspended tenant', { host: 'c.example' }, 403, 'MT_TENANT_SUSPENDED'],
    ['two tenants', { host: 'a.example', authorization: 'Token b' }, 403, 'MT_TENANT_CONFLICT'],
    ['a malformed tenant', { authorization: 'Token ../b' }, 400, 'MT_TENANT_IDENTIFIER_INVALID'],
    ['no tenant', {}, 400, 'MT_TENANT_REQUIRED'],
  ])('of %s is refused before a gateway is called', async (_what, headers, statusCode, code) => {
    const fixture = await bench.start({
      platform,
      http,
      gateways: [workGateway(), plainGateway()],
      module: { resolvers: [fromHost(), fromToken] },
    });
    await fixture.catalog.suspend('c');
    const peer = bench.connect(platform, { port: fixture.port, headers: headers });
    peer.send('optional');
    expect(await refusalOf(peer)).toMatchObject({ status: 'error', statusCode, code });
    expect(peer.end).toBe(refusedEnd(platform, 1008, code));
    expect(peer.received).toHaveLength(1);
    expect(fixture.journal.lines).toEqual([]);
  });

  it('is refused for now while the catalog is out', async () => {
    const fixture = await bench.startSlow({ platform, http, gateways: [workGateway()] });
    fixture.slow.broken = true;
    const peer = bench.join(platform, fixture, 'a');
    expect(await refusalOf(peer)).toMatchObject({ statusCode: 503, code: 'MT_CATALOG_UNAVAILABLE' });
    expect(peer.end).toBe(refusedEnd(platform, 1013, 'MT_CATALOG_UNAVAILABLE'));
    expect(fixture.journal.lines).toEqual([]);
  });

  it('keeps messages back, and in order, while the tenant is being looked up', async () => {
    const fixture = await bench.startSlow({ platform, http, gateways: [workGateway()] });
    const release = fixture.slow.hold();
    const peer = bench.join(platform, fixture, 'a');
    for (const n of [1, 2, 3]) peer.send('whose', { n });
    await until(() => fixture.slow.asked.length === 1 && (platform === 'socket.io' || peer.open));
    // When the server has received this one, the frames before it have long arrived.
    bench.join(platform, fixture, 'b');
    await until(() => fixture.slow.asked.length === 2);
    expect(peer.received).toEqual([]);
    release();
    for (const n of [1, 2, 3]) expect(await peer.next('whose')).toMatchObject({ n, before: 'a', client: 'a' });
  });
});

describe.each(PLATFORMS)('A handshake over %s', (platform) => {
  const bench = socketBench();

  it('names the tenant by its path, on a port of its own', async () => {
    const port = await freePort();
    await bench.start({
      platform,
      gateways: [workGateway(port, platform === 'ws' ? {} : { path: '/t' })],
      module: { resolvers: [fromPath()] },
    });
    const path = platform === 'ws' ? '/t/b.example/live' : '/';
    const peer = bench.connect(platform, { port, path, ioPath: '/t/b.example/live' });
    peer.send('whose', { n: 1 });
    expect(await peer.next('whose')).toMatchObject({ before: 'b', client: 'b' });
  });

  it('of two tenants is reported to the audit channel', async () => {
    const events: unknown[] = [];
    const listen = (event: unknown): void => void events.push(event);
    subscribe(TENANT_AUDIT_CHANNEL, listen);
    const fixture = await bench.start({
      platform,
      gateways: [workGateway()],
      module: { resolvers: [fromHost(), fromToken] },
    });
    await refusalOf(bench.join(platform, fixture, 'a', { headers: { host: 'a.example', authorization: 'Token b' } }));
    unsubscribe(TENANT_AUDIT_CHANNEL, listen);
    expect(events).toMatchObject([{ type: 'conflict', transport: 'ws' }]);
  });

  it('may name no tenant where the application says so; then only optional handlers answer', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()], sockets: { requireTenant: false } });
    const peer = bench.connect(platform, { port: fixture.port });
    peer.send('optional');
    expect(await peer.next('optional')).toEqual({ id: null });
    peer.send('tenant');
    expect(await peer.next('exception')).toMatchObject({ statusCode: 400, code: 'MT_TENANT_REQUIRED' });
    expect(fixture.journal.lines).toEqual(['plain connect no tenant']);
    const unknown = bench.join(platform, fixture, 'z');
    expect(await refusalOf(unknown)).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
  });
});

describe('A handshake over HTTP long polling', () => {
  const bench = socketBench();

  it('names the tenant of socket.io as well', async () => {
    const { port } = await bench.start({
      platform: 'socket.io',
      gateways: [workGateway()],
      module: { resolvers: [fromToken] },
    });
    const peer = bench.connect('socket.io', { port, headers: { authorization: 'Token c' }, transports: ['polling'] });
    for (const n of [1, 2]) {
      peer.send('whose', { n });
      expect(await peer.next('whose')).toEqual({ n, before: 'c', client: 'c', after: 'c' });
    }
  });
});
