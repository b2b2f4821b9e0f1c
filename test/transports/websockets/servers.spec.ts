import { IoAdapter } from '@nestjs/platform-socket.io';
import { fromHost } from '@tenantry/core';
import { until } from '../../support/until.js';
import { socketBench } from './support/bench.js';
import { plainGateway, workGateway } from './support/gateways.js';
import { PLATFORMS, refusalOf } from './support/peer.js';
import { freePort } from './support/socket-app.js';

describe.each(PLATFORMS)('A gateway over %s', (platform) => {
  const bench = socketBench();

  it('on a port of its own, beside another with a path, is served alike', async () => {
    const port = await freePort();
    const gateways = [workGateway(port, { path: '/live' }), plainGateway()];
    const fixture = await bench.start({ platform, gateways });
    const own = bench.join(
      platform,
      fixture,
      'a',
      platform === 'ws' ? { port, path: '/live' } : { port, ioPath: '/live' },
    );
    const shared = bench.join(platform, fixture, 'b');
    own.send('whose', { n: 1 });
    shared.send('tenant');
    expect(await own.next('whose')).toMatchObject({ before: 'a', client: 'a' });
    expect(await shared.next('tenant')).toEqual({ id: 'b' });
    const unknown = bench.join(
      platform,
      fixture,
      'z',
      platform === 'ws' ? { port, path: '/live' } : { port, ioPath: '/live' },
    );
    expect(await refusalOf(unknown)).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
  });

  it('of an application without useTenantSockets refuses every message', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway(), plainGateway()], adapter: 'none' });
    const peer = bench.join(platform, fixture, 'a');
    for (const event of ['whose', 'tenant', 'optional', 'super', 'declared']) {
      peer.send(event, { n: 1 });
      expect(await peer.next('exception')).toMatchObject({ statusCode: 500, code: 'MT_CONTEXT_MISSING' });
    }
    expect(fixture.created).toEqual([]);
  });

  it('says at the start that an option is out of range', async () => {
    await expect(bench.start({ platform, gateways: [], sockets: { recheckMs: 99 } })).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
      option: 'useTenantSockets.recheckMs',
    });
  });
});

describe('A gateway over socket.io', () => {
  const bench = socketBench();

  it('is served by the adapter that Nest would take, where none is given', async () => {
    const fixture = await bench.start({ platform: 'socket.io', gateways: [workGateway()], adapter: 'default' });
    const peer = bench.join('socket.io', fixture, 'a');
    peer.send('whose', { n: 1 });
    expect(await peer.next('whose')).toMatchObject({ client: 'a' });
  });

  it('in a namespace of its own has the tenant too, and refuses for itself', async () => {
    const gateways = [workGateway(0, { namespace: 'work' }), plainGateway(0, { namespace: '/plain' })];
    const fixture = await bench.start({ platform: 'socket.io', gateways, module: { resolvers: [fromHost()] } });
    const work = bench.join('socket.io', fixture, 'a', { path: '/work' });
    const plain = bench.join('socket.io', fixture, 'b', { path: '/plain' });
    work.send('whose', { n: 1 });
    plain.send('tenant');
    expect(await work.next('whose')).toMatchObject({ before: 'a', client: 'a' });
    expect(await plain.next('tenant')).toEqual({ id: 'b' });
    expect(fixture.journal.lines.sort()).toEqual(['connect a', 'plain connect b']);
    const unknown = bench.join('socket.io', fixture, 'z', { path: '/work' });
    expect(await refusalOf(unknown)).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
  });

  it('refuses a socket that an adapter let in past the handshake', async () => {
    class RecoveringAdapter extends IoAdapter {
      override bindClientConnect(server: object, callback: (client: object) => void): void {
        super.bindClientConnect(server, (client: object) => callback(Object.create(client) as object));
      }
    }
    const fixture = await bench.start({
      platform: 'socket.io',
      gateways: [plainGateway()],
      makeAdapter: (app) => new RecoveringAdapter(app),
    });
    const peer = bench.join('socket.io', fixture, 'a');
    expect(await refusalOf(peer)).toMatchObject({ code: 'MT_CONTEXT_MISSING' });
    await until(() => !peer.open);
    expect(fixture.journal.lines).toEqual([]);
  });
});
