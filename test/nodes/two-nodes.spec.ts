import { TenantLifecycle } from '@tenantry/lifecycle';
import { drainedOnAllNodes, PostgresTenantLifecycleStore, pruneChanges } from '@tenantry/postgres';
import { until } from '../support/until.js';
import { compileNode, createSharedCatalog, spawnNode } from './support/nodes.js';
import type { NodeProcess, SharedCatalog } from './support/nodes.js';
import type { WhoAmI } from './support/node-app.js';

const HOUR_MS = 3_600_000;

/** What is cached lasts for a minute here: what is seen sooner came by the feed. */
describe('two nodes that follow one catalog, their clocks an hour apart', () => {
  const compiled = compileNode();
  let shared: SharedCatalog;
  let nodes: [NodeProcess, NodeProcess];

  const start = (clockSkewMs: number): Promise<NodeProcess> =>
    spawnNode(compiled.folder, { databaseUrl: shared.url, listenUrl: shared.url }, { clockSkewMs });
  const statusOf = async (node: NodeProcess, name: string): Promise<number> =>
    (await node.get('/whoami', `${name}.example.com`)).status;
  const everywhere = (name: string, status: number): Promise<void> =>
    until(async () => {
      const statuses = await Promise.all(nodes.map((node) => statusOf(node, name)));
      return statuses.every((each) => each === status);
    });
  const hasClientOf = async (node: NodeProcess, id: string): Promise<boolean> =>
    (await node.state()).tenants.includes(id);

  /** Administration that would wait for ten minutes for nodes that do not answer. */
  const deleting = (): TenantLifecycle =>
    new TenantLifecycle({
      store: new PostgresTenantLifecycleStore(shared.database),
      drained: drainedOnAllNodes(shared.database),
      drainTimeoutMs: 600_000,
      drainPollMs: 50,
    });
  const count = async (condition: string): Promise<number> => {
    const text = `select count(*)::int as nodes from tenantry.nodes where ${condition}`;
    return (await shared.database.query<{ nodes: number }>(text)).rows[0]?.nodes ?? 0;
  };
  const knownNodes = (): Promise<number> => count('true');
  /** Sets the last heartbeat of nodes that have not followed the last change back, as time would. */
  const loseUndrained = async (): Promise<void> => {
    await shared.database.query(
      `update tenantry.nodes set seen_at = seen_at - interval '1 minute'
       where drained_to < (select max(version) from tenantry.tenant_changes)`,
    );
  };
  const drainedNodes = (): Promise<number> => count('drained_to = (select max(version) from tenantry.tenant_changes)');

  beforeAll(async () => {
    shared = await createSharedCatalog('foo', 'bar', 'baz', 'leaving', 'lost');
    nodes = await Promise.all([start(0), start(HOUR_MS)]);
    await until(async () => (await Promise.all(nodes.map((node) => node.state()))).every(({ feed }) => feed.listening));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
    await shared.close();
    compiled.remove();
  });

  it('really have different clocks', () => {
    expect(nodes[1].wallClock - nodes[0].wallClock).toBeGreaterThan(HOUR_MS / 2);
  });

  it('block a suspended tenant everywhere, let requests under way end, and serve it again when it is activated', async () => {
    await everywhere('foo', 200);
    await everywhere('bar', 200);
    const before = (await nodes[1].state()).clients.creations.count;
    const held = nodes[1].get('/hold', 'foo.example.com');
    await until(async () => (await nodes[1].state()).clients.leases === 1);

    await shared.catalog.suspend('foo');
    await everywhere('foo', 403);
    expect((await nodes[0].get('/whoami', 'foo.example.com')).json).toMatchObject({ code: 'MT_TENANT_SUSPENDED' });
    expect(await hasClientOf(nodes[0], 'foo')).toBe(false);
    expect(await nodes[1].state()).toMatchObject({ clients: { draining: 1, leases: 1 }, tenants: ['bar'] });

    await nodes[1].release();
    expect(await held).toMatchObject({ status: 200, json: { tenantId: 'foo', client: 'tenant foo' } });
    await until(async () => (await nodes[1].state()).clients.draining === 0);

    await shared.catalog.activate('foo');
    await everywhere('foo', 200);
    await everywhere('bar', 200);
    expect((await nodes[1].state()).clients.creations.count).toBe(before + 1);
  });

  it('know new aliases and domains at once, also names that were cached as unknown', async () => {
    await everywhere('new', 404);
    await everywhere('baz', 200);
    await shared.catalog.update('baz', { aliases: ['new.example.com'] });
    await everywhere('new', 200);
    await shared.catalog.rename('baz', 'renamed.example.com');
    await everywhere('renamed', 200);
    await everywhere('baz', 404);
  });

  it('renew a tenant’s client when its record has changed', async () => {
    await everywhere('bar', 200);
    const { generation } = await shared.catalog.update('bar', { settings: { host: 'elsewhere' } });
    for (const node of nodes) {
      await until(
        async () => ((await node.get('/whoami', 'bar.example.com')).json as WhoAmI).generation === generation,
      );
      await until(async () => (await node.state()).renewed.includes('bar'));
      await until(async () => (await node.state()).pending === 0);
      expect((await node.state()).renewed.filter((tenantId) => tenantId === 'bar')).toHaveLength(1);
    }
  });

  it('drop a deleted tenant', async () => {
    await shared.catalog.create({ id: 'gone', domain: 'gone.example.com' });
    await everywhere('gone', 200);
    await shared.catalog.delete('gone');
    await everywhere('gone', 404);
    // The notice of its creation may have been the one that had the catalog asked again.
    await until(async () => !(await hasClientOf(nodes[0], 'gone')));
  });

  it('survive the end of every connection at the server, and keep following', async () => {
    await everywhere('bar', 200);
    const ended = await shared.database.query<{ count: number }>(
      `select count(pg_terminate_backend(pid))::int from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
      [],
    );
    expect(ended.rows[0]?.count).toBeGreaterThanOrEqual(4);
    await shared.catalog.suspend('foo');
    await everywhere('foo', 403);
    await everywhere('bar', 200);
    await until(async () => (await Promise.all(nodes.map((n) => n.state()))).every(({ feed }) => feed.listening));
    expect(nodes.map(({ alive }) => alive)).toEqual([true, true]);
    await shared.catalog.activate('foo');
    await everywhere('foo', 200);
  });

  it('reset when the log was pruned while one was away', async () => {
    await everywhere('foo', 200);
    const away = nodes[1];
    const before = (await away.state()).feed;
    away.signal('SIGSTOP');
    await shared.catalog.suspend('foo');
    await shared.catalog.update('bar', { plan: 'gold' });
    await shared.database.query(`update tenantry.tenant_changes set at = at - interval '2 hours'`);
    expect(await pruneChanges(shared.database, 1)).toBeGreaterThan(0);
    away.signal('SIGCONT');
    await everywhere('foo', 403);
    expect((await away.state()).feed.resets).toBe(before.resets + 1);
    await until(async () => ((await away.get('/whoami', 'bar.example.com')).json as WhoAmI).plan === 'gold');
    await shared.catalog.activate('foo');
    await everywhere('foo', 200);
  });

  it('take a node back that was killed, and it knows what happened meanwhile', async () => {
    expect(await nodes[0].stop('SIGKILL')).toBeNull();
    await shared.catalog.suspend('foo');
    await until(async () => (await drainedNodes()) === 1);
    await loseUndrained();
    nodes = [await start(-HOUR_MS), nodes[1]];
    expect(await statusOf(nodes[0], 'foo')).toBe(403);
    await until(async () => (await nodes[0].state()).feed.listening);
    await shared.catalog.activate('foo');
    await everywhere('foo', 200);
  });

  it('hold a deletion up until all of them have closed the tenant’s clients', async () => {
    const lifecycle = deleting();
    await everywhere('leaving', 200);
    const held = nodes[1].get('/hold', 'leaving.example.com');
    await until(async () => (await nodes[1].state()).clients.leases === 1);

    let isOver = false;
    const deletion = lifecycle.delete('leaving', { requestKey: 'leaving' }).finally(() => (isOver = true));
    await everywhere('leaving', 403);
    await until(async () => (await drainedNodes()) === 1);
    expect(await shared.catalog.findById('leaving')).toMatchObject({ status: 'deleting' });
    expect(isOver).toBe(false);

    await nodes[1].release();
    expect(await held).toMatchObject({ status: 200, json: { client: 'tenant leaving' } });
    expect(await deletion).toMatchObject({ state: 'running', step: 'notify' });
    expect(await shared.catalog.findById('leaving')).toBeNull();
    await lifecycle.close();
  });

  it('hold a deletion up no longer once they are dead', async () => {
    const lifecycle = deleting();
    const dead = await start(0);
    await until(async () => (await knownNodes()) === 3);
    await dead.stop('SIGKILL');
    const deletion = lifecycle.delete('lost');
    await until(async () => (await shared.catalog.findById('lost'))?.status === 'deleting');
    await until(async () => (await drainedNodes()) === 2);
    expect(await shared.catalog.findById('lost')).toMatchObject({ status: 'deleting' });
    await loseUndrained();
    await deletion;
    expect(await shared.catalog.findById('lost')).toBeNull();
    await lifecycle.close();
  });

  it('are off the record when they have shut down', async () => {
    const before = await knownNodes();
    const third = await start(0);
    await until(async () => (await knownNodes()) === before + 1);
    await third.stop('SIGTERM');
    expect(await knownNodes()).toBe(before);
  });
});
