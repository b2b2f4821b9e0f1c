import { inspect } from 'node:util';
import pg from 'pg';
import { toProblem } from '@tenantry/core';
import type { MultitenancyError } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { databasePerTenant } from '@tenantry/postgres';
import type { DatabasePerTenantOptions, TenantPlace } from '@tenantry/postgres';
import { TcpProxy } from '../support/tcp-proxy.js';
import { onDatabases } from './support/isolated-data.js';
import type { PooledData } from './support/isolated-data.js';
import { A, B } from './support/tenants-server.js';

const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('a database for each tenant', () => {
  let data: PooledData;
  let proxy: TcpProxy;
  let clock: ManualClock;
  let places: Map<string, TenantPlace>;

  beforeAll(async () => {
    data = await onDatabases();
    await data.reset();
  });
  afterAll(() => data.close());
  beforeEach(async () => {
    proxy = await TcpProxy.to(data.server.test.adminUrl);
    const { hostname, port } = new URL(proxy.urlOf(data.server.test.adminUrl));
    const direct = data.server.server();
    clock = new ManualClock();
    places = new Map<string, TenantPlace>([
      [A, { host: hostname, port: Number(port), database: data.server.databaseOf(A) }],
      [B, { host: direct.host, port: direct.port, database: data.server.databaseOf(B) }],
    ]);
  });
  afterEach(() => proxy.close());

  const open = (change: Partial<DatabasePerTenantOptions> = {}) =>
    databasePerTenant({
      allowedHosts: [data.server.server().host, '127.0.0.1'],
      credentials: (tenantId) => ({ user: data.server.roleOf(tenantId), password: data.server.passwordOf(tenantId) }),
      placeOf: (tenantId) => places.get(tenantId) ?? null,
      createPool: (settings) => new pg.Pool(settings),
      pool: { max: 1, connectionTimeoutMillis: 300, query_timeout: 2_000 },
      clock,
      ...change,
    });
  const failureOf = (work: Promise<unknown>): Promise<MultitenancyError> =>
    work.then(
      () => Promise.reject(new Error('it worked')),
      (error: MultitenancyError) => error,
    );

  it.each(['refuses connections', 'never answers'])(
    'that %s is an outage with Retry-After for its tenant alone, from the first call on',
    async (manner) => {
      if (manner === 'never answers') proxy.swallow();
      else await proxy.close();
      const strategy = open();
      const error = await failureOf(strategy.forTenant(A).query('select 1'));
      expect(error).toMatchObject({ code: 'MT_DATABASE_UNAVAILABLE', tenantId: A });
      expect(error.cause).toHaveProperty('stack');
      const { status, headers } = toProblem(error);
      expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '1' });
      expect((await strategy.forTenant(B).query('select * from project')).rowCount).toBe(2);
      await strategy.close();
    },
  );

  it('that goes away later is an outage, and works again when it is back', async () => {
    const strategy = open();
    const a = strategy.forTenant(A);
    expect((await a.query('select * from project')).rowCount).toBe(2);
    await proxy.close();
    expect(await failureOf(a.query('select 1'))).toBeInstanceOf(Error);
    expect(await failureOf(a.query('select 1'))).toMatchObject({ code: 'MT_DATABASE_UNAVAILABLE' });
    expect((await strategy.forTenant(B).query('select * from project')).rowCount).toBe(2);
    await proxy.open();
    expect((await a.query('select * from project')).rowCount).toBe(2);
    await strategy.close();
  });

  it('that cannot be reached is not tried again before a pause', async () => {
    await proxy.close();
    let attempts = 0;
    const strategy = open({ createPool: (settings) => ((attempts += 1), new pg.Pool(settings)) });
    for (let call = 0; call < 5; call += 1) await failureOf(strategy.forTenant(A).query('select 1'));
    expect(attempts).toBe(1);
    await proxy.open();
    clock.advance(60_000);
    expect((await strategy.forTenant(A).query('select * from project')).rowCount).toBe(2);
    await strategy.close();
  });

  it.each([
    ['another host', { host: '169.254.169.254' }],
    ['a name that only begins alike', { host: '127.0.0.1.evil.example' }],
    ['a socket', { host: '/var/run/postgresql' }],
    ['a list of hosts', { host: '127.0.0.1,evil.example' }],
    ['port 0', { port: 0 }],
    ['a negative port', { port: -1 }],
    ['a port that is too high', { port: 70_000 }],
    ['half a port', { port: 1.5 }],
    ['a port that is text', { port: '5432' as unknown as number }],
    ['no host', { host: undefined }],
    ['no database', { database: undefined }],
  ])('on %s is refused before anything is connected to', async (_what, change) => {
    places.set(A, { ...places.get(A), ...change });
    let made = 0;
    const strategy = open({ createPool: (settings) => ((made += 1), new pg.Pool(settings)) });
    await expect(strategy.forTenant(A).query('select 1')).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    await expect(strategy.connectionOf(A)).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    expect([made, proxy.sockets]).toEqual([0, 0]);
    await strategy.close();
  });

  it('on a host that is allowed with one port only is refused with another', async () => {
    const { host = '', port = 0 } = places.get(A) as TenantPlace;
    const [right, wrong] = [
      open({ allowedHosts: [`${host}:${port}`.toUpperCase()] }),
      open({ allowedHosts: [`${host}:1`] }),
    ];
    expect((await right.forTenant(A).query('select * from project')).rowCount).toBe(2);
    await expect(wrong.forTenant(A).query('select 1')).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    await Promise.all([right.close(), wrong.close()]);
  });

  it.each([
    [['db8:6432'], { host: 'db8:6432' }],
    [['db8:6432'], { host: 'db8:6432', port: 6432 }],
    [['::1:5432'], { host: '::1' }],
    [['[::1]:5432'], { host: '::1:5432' }],
    [['[::1]:5432'], { host: '[::1]' }],
    [['[::1]:5432'], { host: '::1', port: 5433 }],
  ])('is refused where %j are allowed and its place is %j', async (allowed, place) => {
    places.set(A, { ...place, database: 'x' });
    const strategy = open({ allowedHosts: allowed });
    await expect(strategy.connectionOf(A)).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    await strategy.close();
  });

  it.each([
    [['db8:6432'], { host: 'DB8', port: 6432 }],
    [['::1'], { host: '::1', port: 6432 }],
    [['[::1]'], { host: '::1', port: 6432 }],
    [['::1:5432'], { host: '::1:5432' }],
    [['[2001:DB8::1]:5432'], { host: '2001:db8::1' }],
  ])('is connected to where %j are allowed and its place is %j', async (allowed, place) => {
    places.set(A, { ...place, database: 'x' });
    const strategy = open({ allowedHosts: allowed });
    expect(await strategy.connectionOf(A)).toMatchObject(place);
    await strategy.close();
  });

  it('without a placement is rejected with the remedy', async () => {
    const strategy = open();
    await expect(strategy.forTenant('unplaced').query('select 1')).rejects.toMatchObject({
      code: 'MT_PLACEMENT_MISSING',
      message: expect.stringContaining('place()') as string,
    });
    await strategy.close();
  });

  it('does not let another tenant’s role in', async () => {
    const strategy = open({
      credentials: () => ({ user: data.server.roleOf(B), password: data.server.passwordOf(B) }),
    });
    const error = await failureOf(strategy.forTenant(A).query('select * from project'));
    expect(error).toMatchObject({ code: 'MT_DATABASE_UNAVAILABLE', cause: { code: '42501' } });
    await strategy.close();
  });

  it('keeps its password out of errors', async () => {
    await proxy.close();
    const strategy = open();
    const error = await failureOf(strategy.forTenant(A).query('select 1'));
    expect(inspect(error, { depth: 8, showHidden: true })).not.toContain(data.server.passwordOf(A));
    await strategy.close();
  });

  it('is asked for at its new place when the generation of the place has grown, and the old pool is ended', async () => {
    const strategy = open();
    const at = (generation: number) =>
      strategy.forTenant(A, { ...places.get(A), generation }).query('select pg_backend_pid() as pid');
    const first = await at(1);
    expect((await at(1)).rows).toEqual(first.rows);
    const moved = await Promise.all(Array.from({ length: 20 }, () => at(2)));
    expect(new Set(moved.map(({ rows }) => JSON.stringify(rows))).size).toBe(1);
    expect(moved[0]?.rows).not.toEqual(first.rows);
    await strategy.close();
    expect(strategy.stats()).toMatchObject({ size: 0, creations: { count: 2 } });
  });

  it('keeps no more pools than allowed, and ends those that were idle', async () => {
    const strategy = open({ limits: { maxClients: 1 } });
    for (const tenantId of [A, B, A, B]) {
      expect((await strategy.forTenant(tenantId).query('select * from project')).rowCount).toBe(2);
      expect(strategy.stats().size).toBe(1);
    }
    await strategy.close();
  });

  it.each([
    [[]],
    [['']],
    [['db8', '']],
    [['db8:']],
    [['db8:0']],
    [['db8:70000']],
    [['db8:x']],
    [['[db8]:5432']],
    [['db8:1:2']],
    [undefined as unknown as string[]],
  ])('needs hosts that are allowed, not %j', (allowedHosts) => {
    expect(() => open({ allowedHosts })).toThrow(refused('MT_OPTIONS_INVALID'));
  });

  it('needs a way to make pools', () => {
    expect(() => open({ createPool: undefined as never })).toThrow(refused('MT_OPTIONS_INVALID'));
  });
});
