import type { INestApplication } from '@nestjs/common';
import { pgChangeListener, pgDatabase, TenantChangeFeed } from '@tenantry/postgres';
import type { SqlDatabase, TenantChange } from '@tenantry/postgres';
import pg from 'pg';
import { call } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { startNode } from './support/node-app.js';
import type { NodeSettings, NodeState } from './support/node-app.js';
import { createSharedCatalog } from './support/nodes.js';
import type { SharedCatalog } from './support/nodes.js';

describe('a node whose link to the database fails', () => {
  let shared: SharedCatalog;
  let proxy: TcpProxy;
  let app: INestApplication | undefined;

  beforeEach(async () => {
    shared = await createSharedCatalog('foo', 'bar');
    proxy = await TcpProxy.to(shared.url);
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await proxy.close();
    await shared.close();
  });

  const start = async (settings: Partial<NodeSettings> = {}): Promise<void> => {
    app = await startNode({ databaseUrl: shared.url, ...settings });
  };
  const get = (path: string, host = 'localhost'): Promise<HttpAnswer> =>
    call(app as INestApplication, path, { headers: { host } });
  const whoAmI = (id: string): Promise<HttpAnswer> => get('/whoami', `${id}.example.com`);
  const state = async (): Promise<NodeState> => (await get('/state')).json as NodeState;
  const listening = (): Promise<void> => until(async () => (await state()).feed.listening);
  const blocked = (id: string): Promise<void> => until(async () => (await whoAmI(id)).status === 403);

  it('is live and not ready when it starts without a catalog, serves no request, and is ready when it is there', async () => {
    await proxy.close();
    const url = proxy.urlOf(shared.url);
    await start({ databaseUrl: url, listenUrl: url, pollMs: 100 });
    expect((await get('/live')).status).toBe(200);
    expect((await get('/ready')).status).toBe(503);
    expect(await whoAmI('foo')).toMatchObject({ status: 503, json: { code: 'MT_CATALOG_UNAVAILABLE' } });
    expect((await state()).feed).toMatchObject({ position: null, readAgoMs: null, listening: false });

    await proxy.open();
    await until(async () => (await get('/ready')).status === 200);
    await until(async () => (await whoAmI('foo')).status === 200);
    await listening();
    await shared.catalog.suspend('foo');
    await blocked('foo');
  });

  it('listens again when the listening connection is cut, and knows what it missed', async () => {
    await start({ listenUrl: proxy.urlOf(shared.url), pollMs: 10_000 });
    await listening();
    expect((await whoAmI('foo')).status).toBe(200);
    proxy.cut();
    await until(async () => !(await state()).feed.listening);
    await shared.catalog.suspend('foo');
    await blocked('foo');
    await listening();
    expect((await state()).feed).toMatchObject({ reconnects: 1, resets: 0 });
    await shared.catalog.suspend('bar');
    await blocked('bar');
  });

  it('continues by polling when the listening connection goes silent, notices, and listens again', async () => {
    await start({ listenUrl: proxy.urlOf(shared.url), pollMs: 200, heartbeatMs: 100 });
    await listening();
    expect((await whoAmI('foo')).status).toBe(200);
    proxy.swallow();
    await shared.catalog.suspend('foo');
    await blocked('foo');
    await until(async () => !(await state()).feed.listening);
    proxy.forward();
    await listening();
    await shared.catalog.suspend('bar');
    await blocked('bar');
  });

  it('can be shut down while the listening connection is silent', async () => {
    await start({ listenUrl: proxy.urlOf(shared.url), heartbeatMs: 60_000 });
    await listening();
    proxy.swallow();
    await app?.close();
    app = undefined;
    await until(async () => (await connectionsOf(shared.database, 'catalog')) === 0);
  });

  it('keeps up by polling alone, as through a pooler without LISTEN', async () => {
    await start({ pollMs: 100 });
    expect((await whoAmI('foo')).status).toBe(200);
    await shared.catalog.suspend('foo');
    await blocked('foo');
    expect((await state()).feed).toMatchObject({ listening: false });
    expect((await whoAmI('bar')).status).toBe(200);
  });

  it('treats a forged notification as a hint, whatever it says', async () => {
    await start({ listenUrl: shared.url, pollMs: 10_000 });
    await listening();
    const before = (await whoAmI('foo')).json;
    const { feed } = await state();
    const lie = JSON.stringify({ tenantId: 'foo', key: 'foo', status: 'deleted', generation: 99, version: 99 });
    await shared.database.query(`select pg_notify('tenantry_changes', $1)`, [lie]);
    await shared.catalog.suspend('bar');
    await blocked('bar');
    expect((await whoAmI('foo')).json).toEqual(before);
    // The change is in force a moment before the feed has noted it.
    await until(async () => (await state()).feed.position === (feed.position ?? 0) + 1);
    const after = await state();
    expect(after.feed).toMatchObject({ resets: 0 });
    expect(after.clients.evictions).toMatchObject({ invalidated: 0, rotated: 0 });
  });
});

describe('a storm of notifications and changes', () => {
  it('is read in a bounded number of readings, each change once and in order', async () => {
    const shared = await createSharedCatalog();
    const seen: number[] = [];
    let queries = 0;
    const counting: SqlDatabase = {
      ...shared.database,
      query: (text, params) => {
        queries += 1;
        return shared.database.query(text, params);
      },
    };
    const feed = new TenantChangeFeed({
      database: counting,
      listener: pgChangeListener(() => new pg.Client({ connectionString: shared.url })),
      apply: (changes: readonly TenantChange[] | null) => void seen.push(...(changes ?? []).map((one) => one.version)),
    });
    const storm = pgDatabase(new pg.Pool({ connectionString: shared.url, max: 1 }));
    try {
      await feed.start();
      await storm.query(`
        insert into tenantry.tenants
          select 't' || n, 't' || n, n || '.example.com', '{}', 'x', 'active', 'p', '{}', 1 from generate_series(1, 5000) n`);
      for (let n = 0; n < 50; n += 1) {
        await storm.query(`update tenantry.tenants set generation = generation + 1 where key in (
          select key from tenantry.tenants order by key limit 100)`);
        await storm.query(`select pg_notify('tenantry_changes', m::text) from generate_series(1, 200) m`);
      }
      await until(() => seen.length === 10_000);
      expect(seen).toEqual(Array.from({ length: 10_000 }, (_, n) => n + 1));
      expect(queries).toBeLessThan(500);
    } finally {
      await feed.close();
      await storm.close();
      await shared.close();
    }
  });
});

async function connectionsOf(database: SqlDatabase, name: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where datname = current_database() and application_name = $1`,
    [name],
  );
  return rows[0]?.count ?? 0;
}
