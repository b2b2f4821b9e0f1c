import { ADAPTERS } from '../../support/http.js';
import { until } from '../../support/until.js';
import { fromHeader, fromHost } from '@tenantry/core';
import { socketBench } from './support/bench.js';
import { plainGateway, requestScopedGateway, workGateway } from './support/gateways.js';
import { PLATFORMS } from './support/peer.js';

const MATRIX = PLATFORMS.flatMap((platform) => ADAPTERS.map((http) => ({ platform, http })));

describe.each(MATRIX)('Messages over $platform on $http', ({ platform, http }) => {
  const bench = socketBench();

  it('of two tenants, 200 of them interleaved, each get their own tenant and client, the first frame and all after', async () => {
    const fixture = await bench.start({ platform, http, gateways: [workGateway(), plainGateway()] });
    const peers = ['a', 'b'].map((id) => ({ id, peer: bench.join(platform, fixture, id) }));
    for (let n = 0; n < 100; n++) peers.forEach(({ peer }) => peer.send('whose', { n }));
    for (const { id, peer } of peers) {
      await until(() => peer.received.length >= 100);
      const right = Array.from({ length: 100 }, (_, n) => ({ n, before: id, client: id, after: id }));
      expect(peer.received.map(({ data }) => data)).toEqual(right);
    }
    await fixture.settled();
    expect(fixture.created).toHaveLength(2);
  });

  it('that fail are answered with an exception, and release their client', async () => {
    const fixture = await bench.start({ platform, http, gateways: [workGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    for (const event of ['fail', 'throw', 'brokenStream', 'forbidden']) {
      peer.send(event);
      expect(await peer.next('exception')).toMatchObject({ status: 'error' });
      await fixture.settled();
    }
    expect(fixture.journal.lines).toEqual(['connect a']);
    peer.send('whose', { n: 1 });
    expect(await peer.next('whose')).toMatchObject({ client: 'a' });
  });

  it('with a stream for an answer keep their client until its end', async () => {
    const fixture = await bench.start({ platform, http, gateways: [workGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('count', 3);
    for (const n of [0, 1, 2]) expect(await peer.next('count')).toEqual({ n, client: 'a' });
    await fixture.settled();
  });
});

describe.each(PLATFORMS)('Messages over %s', (platform) => {
  const bench = socketBench();

  it('acquire what their handler declares, and nothing else that its gateway could look up', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('tenant');
    expect(await peer.next('tenant')).toEqual({ id: 'a' });
    expect(fixture.created).toEqual([]);
    peer.send('declared');
    expect(await peer.next('declared')).toEqual({ client: 'a' });
    peer.send('undeclared');
    expect(await peer.next('exception')).toMatchObject({ statusCode: 500, code: 'MT_CLIENT_NOT_ACQUIRED' });
    await fixture.settled();
  });

  it('of a request-scoped gateway have tenant and client too', async () => {
    const fixture = await bench.start({ platform, gateways: [requestScopedGateway()] });
    for (const id of ['a', 'b']) {
      const peer = bench.join(platform, fixture, id);
      peer.send('whose');
      expect(await peer.next('whose')).toEqual({ id, client: id });
    }
    await fixture.settled();
  });

  it('that a guard refuses make no client', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('forbidden');
    await peer.next('exception');
    expect(fixture.created).toEqual([]);
  });

  it('for the super tenant need more than its name', async () => {
    const resolvers = [
      fromHost({ baseDomain: 'ops.example' }),
      fromHeader({ name: 'x-tenant', trustedProxies: ['loopback'] }),
    ];
    const fixture = await bench.start({ platform, gateways: [plainGateway()], module: { resolvers } });
    const knocking = bench.connect(platform, { port: fixture.port, headers: { host: 'super.ops.example' } });
    knocking.send('super');
    expect(await knocking.next('exception')).toMatchObject({ statusCode: 403, code: 'MT_TENANT_FORBIDDEN' });
    const trusted = bench.connect(platform, { port: fixture.port, headers: { 'x-tenant': 'super' } });
    trusted.send('super');
    expect(await trusted.next('super')).toEqual({ id: 'super' });
    const tenant = bench.connect(platform, { port: fixture.port, headers: { 'x-tenant': 'a' } });
    tenant.send('super');
    expect(await tenant.next('exception')).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
  });

  it('of non-members are refused by the membership guard', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('members');
    expect(await peer.next('exception')).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
    peer.send('signIn', 'user of b');
    await peer.next('signIn');
    peer.send('members');
    expect(await peer.next('exception')).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
    peer.send('signIn', 'user of a');
    await peer.next('signIn');
    peer.send('members');
    expect(await peer.next('members')).toEqual({ id: 'a' });
  });

  it('start in the order in which they came, however long the look-ups take', async () => {
    const held: (() => void)[] = [];
    const fixture = await bench.start({
      platform,
      gateways: [workGateway()],
      catalog: (memory) => ({
        findByIdentifier: async (identifier) => {
          if (held.length < 3) await new Promise<void>((resolve) => held.push(resolve));
          return memory.findByIdentifier(identifier);
        },
        findById: async (id) => memory.findById(id),
        list: async (query) => memory.list(query),
      }),
    });
    const peer = bench.join(platform, fixture, 'a');
    await until(() => held.length === 1);
    held[0]?.();
    for (const n of [1, 2]) peer.send('whose', { n });
    await until(() => held.length === 3);
    held[2]?.();
    peer.send('whose', { n: 3 });
    held[1]?.();
    await until(() => peer.received.length === 3);
    expect(peer.received.map(({ data }) => data['n'])).toEqual([1, 2, 3]);
  });
});
