import { TenantContext } from '@tenantry/core';
import { TenantSockets } from '@tenantry/transports/websockets';
import { until } from '../../support/until.js';
import { socketBench } from './support/bench.js';
import { plainGateway } from './support/gateways.js';
import { PLATFORMS } from './support/peer.js';
import type { Peer, PlatformName } from './support/peer.js';

/** Answered behind everything that was sent before. */
async function caughtUp(peers: readonly Peer[]): Promise<void> {
  peers.forEach((peer) => peer.send('optional'));
  await Promise.all(peers.map(async (peer) => peer.next('optional')));
}

function newsOf({ received }: Peer): unknown[] {
  return received.filter(({ event }) => event === 'news').map(({ data }) => data);
}

describe.each(PLATFORMS)('TenantSockets over %s', (platform: PlatformName) => {
  const bench = socketBench();

  it('sends to every socket of the current tenant and to no other', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const peers = ['a', 'a', 'b', 'b', 'c'].map((id) => bench.join(platform, fixture, id));
    await caughtUp(peers);
    peers[0]?.send('announce', 'from a');
    await until(() => newsOf(peers[1] as Peer).length === 1);
    const [context, sockets] = [fixture.app.get(TenantContext, { strict: false }), fixture.app.get(TenantSockets)];
    await context.run('b', () => sockets.current.emit('news', { text: 'from b' }));
    await caughtUp(peers);
    expect(peers.map(newsOf)).toEqual([
      [{ text: 'from a' }],
      [{ text: 'from a' }],
      [{ text: 'from b' }],
      [{ text: 'from b' }],
      [],
    ]);
  });

  it('knows the sockets of a tenant without regard to case, and drops those that have closed', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const peers = ['a', 'a', 'b'].map((id) => bench.join(platform, fixture, id));
    await caughtUp(peers);
    const sockets = fixture.app.get(TenantSockets);
    expect([sockets.of('A').size, sockets.of('b').size, sockets.of('c').size]).toEqual([2, 1, 0]);
    peers[0]?.close();
    await until(() => sockets.of('a').size === 1);
    sockets.of('A').emit('news', { text: 'for a' });
    await caughtUp(peers.slice(1));
    expect(peers.slice(1).map(newsOf)).toEqual([[{ text: 'for a' }], []]);
  });

  it('has no tenant outside of any scope, and no sockets where the gateways got none', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()], adapter: 'none' });
    const sockets = fixture.app.get(TenantSockets);
    expect(() => sockets.current).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
    expect(() => sockets.of('a')).toThrow(/useTenantSockets/);
    expect(() => sockets.of('../a')).toThrow(expect.objectContaining({ code: 'MT_TENANT_IDENTIFIER_INVALID' }));
  });
});

describe('TenantSockets over socket.io', () => {
  const bench = socketBench();

  it('reaches the sockets of a tenant in every namespace', async () => {
    const gateways = [plainGateway(0, { namespace: 'one' }), plainGateway(0, { namespace: 'two' })];
    const fixture = await bench.start({ platform: 'socket.io', gateways });
    const peers = ['/one', '/two'].map((path) => bench.join('socket.io', fixture, 'a', { path }));
    const other = bench.join('socket.io', fixture, 'b', { path: '/two' });
    await caughtUp([...peers, other]);
    fixture.app.get(TenantSockets).of('a').emit('news', { text: 'for a' });
    await caughtUp([...peers, other]);
    expect([...peers, other].map(newsOf)).toEqual([[{ text: 'for a' }], [{ text: 'for a' }], []]);
  });
});
