import { TenantClientRegistry } from '@tenantry/core';
import type { TenantClientRegistryOptions } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { codeOf, outcome, settle } from './support/harness.js';

interface Pool {
  readonly id: number;
  ended: boolean;
}
interface Orm {
  readonly pool: Pool;
  closed: number;
}
type Options<C> = Partial<TenantClientRegistryOptions<C>>;

/** A kind on another, with everything in view. */
function setUpKinds({ db: dbOptions = {}, orm: ormOptions = {} }: { db?: Options<Pool>; orm?: Options<Orm> } = {}) {
  const clock = new ManualClock();
  const gone: string[] = [];
  let id = 0;
  const db = new TenantClientRegistry<Pool>({
    name: 'db',
    clock,
    retryBackoffMs: 0,
    create: () => ({ id: id++, ended: false }),
    dispose: (pool) => void ((pool.ended = true), gone.push(`db${pool.id}`)),
    ...dbOptions,
  });
  const orm = new TenantClientRegistry<Orm>({
    name: 'orm',
    clock,
    retryBackoffMs: 0,
    dependsOn: [db],
    create: (_id, { clients }) => ({ pool: clients['db'] as Pool, closed: 0 }),
    dispose: (client) => {
      gone.push(`orm${client.pool.id}${client.pool.ended ? ' too late' : ''}`);
      client.closed += 1;
    },
    ...ormOptions,
  });
  const poolOf = (tenantId: string): Promise<number> => orm.use(tenantId, ({ pool }) => (pool.ended ? -1 : pool.id));
  return { clock, db, orm, gone, poolOf };
}

describe('R26: a kind that depends on another never outlives it and is renewed with it', () => {
  it('the factory gets the client, leased for the life of the client that it makes', async () => {
    const { db, orm, gone, poolOf } = setUpKinds();
    expect(await poolOf('foo')).toBe(0);
    expect(db.stats()).toMatchObject({ size: 1, leases: 1 });
    await orm.evict('foo');
    expect([db.stats().leases, gone]).toEqual([0, ['orm0']]);
  });

  it('after a rotation no call reaches the old one, and the old one goes last', async () => {
    const { db, gone, poolOf } = setUpKinds();
    await poolOf('foo');
    await db.refresh('foo');
    expect(await poolOf('foo')).toBe(1);
    await settle();
    expect(gone).toEqual(['orm0', 'db0']);
  });

  it('work in flight keeps both until it ends', async () => {
    const { db, orm, gone, poolOf } = setUpKinds();
    const held = await orm.acquire('foo');
    await db.refresh('foo');
    expect(await poolOf('foo')).toBe(1);
    expect([held.client.pool.ended, gone]).toEqual([false, []]);
    held.release();
    await settle();
    expect(gone).toEqual(['orm0', 'db0']);
  });

  it('past the drain deadline of the base both are forced, the dependent one first', async () => {
    const { clock, db, orm, gone } = setUpKinds({ db: { drainTimeoutMs: 100 }, orm: { drainTimeoutMs: 1_000 } });
    await orm.acquire('foo');
    const evicting = db.evict('foo');
    await settle();
    clock.advance(101);
    await evicting;
    expect(gone).toEqual(['orm0', 'db0']);
    expect([db.stats().occupied, orm.stats().occupied]).toEqual([0, 0]);
  });

  it('it goes with a base that is evicted, unhealthy or replaced', async () => {
    const { db, orm, poolOf } = setUpKinds({ db: { check: ({ id }) => id !== 1 } });
    await poolOf('foo');
    await db.evict('foo');
    expect([orm.has('foo'), orm.stats().evictions.dependency]).toEqual([false, 1]);
    expect(await poolOf('foo')).toBe(1);
    await db.cleanUp();
    expect(orm.has('foo')).toBe(false);
    expect(await poolOf('foo')).toBe(2);
    await db.add('foo', { id: 9, ended: false }, { onExisting: 'replace' });
    expect(await poolOf('foo')).toBe(9);
  });

  it('a renewed one keeps its own options and its pin', async () => {
    const { db, orm } = setUpKinds({
      orm: { create: (_id, { options, clients }) => ({ pool: clients['db'] as Pool, closed: 0, options }) as Orm },
    });
    await orm.createFrom('foo', { size: 7 });
    orm.pin('foo');
    await db.refresh('foo');
    await settle();
    expect(orm.peek('foo')).toMatchObject({ pool: { id: 1 }, options: { size: 7 } });
    expect([...orm.entries()]).toMatchObject([{ pinned: true }]);
  });

  it('one whose base is renewed while it is made is made again', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { db, orm, gone, poolOf } = setUpKinds({
      orm: { create: (_id, { clients }) => gate.then(() => ({ pool: clients['db'] as Pool, closed: 0 })) },
    });
    const using = poolOf('foo');
    await settle();
    await db.refresh('foo');
    open();
    expect(await using).toBe(1);
    await settle();
    expect(gone).toEqual(['orm0', 'db0']);
    expect(orm.stats()).toMatchObject({ size: 1, occupied: 1 });
  });

  it('the failure of a base is thrown as it is, and is no failure of the dependent kind', async () => {
    const { orm } = setUpKinds({
      db: {
        create: () => {
          throw new Error('no database');
        },
      },
    });
    await expect(orm.acquire('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      message: expect.stringContaining('"db" client'),
    });
    expect(orm.stats()).toMatchObject({ failures: 0, occupied: 0 });
  });

  it('a base with a living dependent client is not idle; when it is wanted for another tenant, both go', async () => {
    const { clock, db, gone, poolOf } = setUpKinds({ db: { maxClients: 1, idleTimeoutMs: 100 } });
    await poolOf('foo');
    clock.advance(1_000);
    expect(await db.cleanUp()).toEqual([]);
    expect(await poolOf('bar')).toBe(1);
    expect(gone).toEqual(['orm0', 'db0']);
    expect(db.stats().occupied).toBe(1);
  });

  it('on an exclusive base, the dependent client goes before the next base is made', async () => {
    const { db, gone, poolOf } = setUpKinds({ db: { exclusive: true } });
    await poolOf('foo');
    await db.refresh('foo');
    expect(gone).toEqual(['orm0', 'db0']);
    expect(await poolOf('foo')).toBe(1);
  });

  it('closing both at once, or the base alone, disposes the dependent client first', async () => {
    const { db, orm, gone, poolOf } = setUpKinds();
    await poolOf('foo');
    await Promise.all([db.close(), orm.close()]);
    const alone = setUpKinds();
    await alone.poolOf('foo');
    await alone.db.close();
    expect([gone, alone.gone]).toEqual([
      ['orm0', 'db0'],
      ['orm0', 'db0'],
    ]);
    expect(await codeOf(alone.orm.acquire('foo'))).toBe('MT_REGISTRY_CLOSED');
  });

  it('in a chain, each goes before what it was made with, and all are renewed', async () => {
    const { clock, orm, db, gone, poolOf } = setUpKinds();
    const api = new TenantClientRegistry<{ orm: Orm }>({
      name: 'api',
      clock,
      dependsOn: () => [orm],
      create: (_id, { clients }) => ({ orm: clients['orm'] as Orm }),
      dispose: ({ orm: { pool } }) => void gone.push(`api${pool.id}`),
    });
    await api.use('foo', () => undefined);
    await db.refresh('foo');
    expect(await api.use('foo', (client) => client.orm.pool.id)).toBe(1);
    await settle();
    expect(gone).toEqual(['api0', 'orm0', 'db0']);
    expect(await poolOf('foo')).toBe(1);
  });

  it('a lease that a factory takes by itself binds its client likewise', async () => {
    const { clock, db, gone } = setUpKinds();
    const orm = new TenantClientRegistry<{ lease: { client: Pool; release(): void } }>({
      name: 'own',
      clock,
      create: async (id) => ({ lease: await db.acquire(id) }),
      dispose: ({ lease }) => (gone.push(`own${lease.client.id}`), lease.release()),
    });
    await orm.use('foo', () => undefined);
    await db.refresh('foo');
    expect(await orm.use('foo', ({ lease }) => lease.client.id)).toBe(1);
    await settle();
    expect(gone).toEqual(['own0', 'db0']);
    expect(await outcome(orm.close())).toBe('fulfilled');
  });
});
