import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import { until } from '../../support/until.js';
import { socketBench } from './support/bench.js';
import { greetingGateway, plainGateway, workGateway } from './support/gateways.js';
import { PLATFORMS, refusalOf } from './support/peer.js';
import type { Peer } from './support/peer.js';
import type { SocketApp } from './support/socket-app.js';

describe.each(PLATFORMS)('A socket over %s', (platform) => {
  const bench = socketBench();
  const closedWith = (code: string): string => (platform === 'ws' ? code : 'io server disconnect');

  async function greeted(fixture: SocketApp, tenant: string): Promise<Peer> {
    const peer = bench.join(platform, fixture, tenant);
    peer.send('tenant');
    expect(await peer.next('tenant')).toEqual({ id: tenant });
    return peer;
  }

  it('of a tenant that was suspended since closes at its next message, which is not run', async () => {
    const events: unknown[] = [];
    const listen = (event: unknown): void => void events.push(event);
    const fixture = await bench.start({ platform, gateways: [workGateway(), plainGateway()] });
    const [peer, other] = [await greeted(fixture, 'a'), await greeted(fixture, 'b')];
    await fixture.catalog.suspend('a');
    subscribe(TENANT_AUDIT_CHANNEL, listen);
    peer.send('hang');
    expect(await refusalOf(peer)).toMatchObject({ statusCode: 403, code: 'MT_TENANT_SUSPENDED' });
    unsubscribe(TENANT_AUDIT_CHANNEL, listen);
    expect(peer.end).toBe(closedWith('1008 MT_TENANT_SUSPENDED'));
    expect(events).toEqual([
      {
        type: 'messageRefused',
        transport: 'ws',
        purpose: 'hang',
        code: 'MT_TENANT_SUSPENDED',
        tenantId: 'a',
        applicationId: expect.any(String),
      },
    ]);
    await until(() => fixture.journal.lines.includes('disconnect a'));
    expect(fixture.journal.lines.some((line) => line.startsWith('hangs'))).toBe(false);
    other.send('tenant');
    expect(await other.next('tenant')).toEqual({ id: 'b' });
  });

  it('of a tenant that was deleted since closes even at a message that needs no tenant', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const peer = await greeted(fixture, 'a');
    await fixture.catalog.delete('a');
    peer.send('optional');
    expect(await refusalOf(peer)).toMatchObject({ code: expect.stringMatching(/^MT_TENANT_/) });
    expect(peer.received.some(({ event }) => event === 'optional')).toBe(false);
    await until(() => fixture.journal.lines.includes('plain disconnect a'));
  });

  it('stays open through an outage of the catalog, which refuses its messages for now', async () => {
    const fixture = await bench.startSlow({ platform, gateways: [workGateway(), plainGateway()] });
    const peer = await greeted(fixture, 'a');
    fixture.slow.broken = true;
    peer.send('whose', { n: 1 });
    expect(await peer.next('exception')).toMatchObject({ statusCode: 503, code: 'MT_CATALOG_UNAVAILABLE' });
    const asked = fixture.slow.asked.length;
    fixture.clock.advance(10_000);
    await until(() => fixture.slow.asked.length > asked && fixture.clock.pendingTimers === 1);
    fixture.slow.broken = false;
    peer.send('whose', { n: 2 });
    expect(await peer.next('whose')).toMatchObject({ n: 2, client: 'a' });
    expect(peer.end).toBeNull();
  });

  it('that is silent closes when its tenant is suspended, after one look-up for all sockets of a tenant', async () => {
    const fixture = await bench.startSlow({ platform, gateways: [workGateway(), plainGateway()] });
    const peers = await Promise.all(['a', 'a', 'a', 'b'].map(async (id) => greeted(fixture, id)));
    await fixture.catalog.suspend('a');
    fixture.clock.advance(9_999);
    const asked = fixture.slow.asked.length;
    fixture.clock.advance(1);
    for (const peer of peers.slice(0, 3)) {
      expect(await refusalOf(peer)).toMatchObject({ code: 'MT_TENANT_SUSPENDED' });
      expect(peer.end).toBe(closedWith('1008 MT_TENANT_SUSPENDED'));
    }
    // A tenant that is not served is asked for once more, past a cache that may be old.
    expect(fixture.slow.asked.slice(asked).sort()).toEqual(['a', 'a', 'b']);
    peers[3]?.send('tenant');
    expect(await peers[3]?.next('tenant')).toEqual({ id: 'b' });
    expect(fixture.clock.pendingTimers).toBe(1);
  });

  it('runs its beginning and its end in a scope, once for each gateway of the server', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway(), plainGateway()] });
    const peers = await Promise.all(['a', 'b'].map(async (id) => greeted(fixture, id)));
    peers.forEach((peer) => peer.close());
    await until(() => fixture.journal.lines.length >= 8);
    const lines = ['a', 'b'].flatMap((id) =>
      ['connect', 'disconnect'].flatMap((what) => [`${what} ${id}`, `plain ${what} ${id}`]),
    );
    expect([...fixture.journal.lines].sort()).toEqual(lines.sort());
  });

  it('works with its client at its beginning and its end through @InTenantScope', async () => {
    const fixture = await bench.start({ platform, gateways: [greetingGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    await until(() => fixture.journal.lines.includes('hello a'));
    peer.close();
    await until(() => fixture.journal.lines.includes('goodbye a'));
    await fixture.settled();
  });

  it('that closes cuts its streams in their scope, and gives their clients back', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('stream');
    expect(await peer.next('stream')).toEqual({ client: 'a' });
    expect(fixture.registry.stats().leases).toBe(1);
    peer.close();
    await fixture.settled();
    expect(fixture.journal.lines).toContain('cut a a');
  });

  it('that closes fires the signal of a handler that never ends, and takes its client', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway()] });
    const peer = bench.join(platform, fixture, 'a');
    peer.send('hang');
    await until(() => fixture.journal.lines.includes('hangs a'));
    expect(fixture.registry.stats().leases).toBe(1);
    peer.close();
    await fixture.settled();
    expect(fixture.journal.lines).toContain('aborted a MT_SCOPE_ENDED');
  });

  it('is one of 500, of 100 tenants, and each receives events of its own tenant only', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway()] });
    const tenants = Array.from({ length: 100 }, (_, n) => `t${n}`);
    for (const id of tenants) await fixture.catalog.create({ id, domain: `${id}.example` });
    const peers = tenants.flatMap((id) =>
      Array.from({ length: 5 }, () => ({ id, peer: bench.join(platform, fixture, id) })),
    );
    peers.forEach(({ peer }, n) => peer.send('whose', { n }));
    await until(() => peers.every(({ peer }) => peer.received.length === 1));
    const answers = peers.map(({ peer }) => peer.received[0]?.data);
    expect(answers).toEqual(peers.map(({ id }, n) => ({ n, before: id, client: id, after: id })));
    await fixture.settled();
    expect(fixture.created).toHaveLength(100);
  });

  it('is closed with the application, whose clients are then closed and whose timers have stopped', async () => {
    const fixture = await bench.start({ platform, gateways: [workGateway(), plainGateway()] });
    const peers = await Promise.all(['a', 'b'].map(async (id) => greeted(fixture, id)));
    peers[0]?.send('stream');
    await peers[0]?.next('stream');
    peers[1]?.send('hang');
    await until(() => fixture.journal.lines.includes('hangs b'));
    await fixture.app.close();
    await until(() => peers.every(({ end }) => end !== null));
    expect(fixture.registry.stats().leases).toBe(0);
    expect(fixture.created.map(({ closed }) => closed)).toEqual([true, true]);
    expect(fixture.clock.pendingTimers).toBe(0);
    expect(fixture.journal.lines).toEqual(expect.arrayContaining(['disconnect a', 'disconnect b', 'cut a a']));
  });
});
