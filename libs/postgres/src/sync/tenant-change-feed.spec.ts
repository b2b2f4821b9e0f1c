import { ManualClock } from '@tenantry/testing';
import pg from 'pg';
import {
  PostgresTenantCatalog,
  TenantChangeFeed,
  migrateCatalog,
  pgChangeListener,
  pgDatabase,
  pgliteChangeListener,
  pgliteDatabase,
  pruneChanges,
} from '@tenantry/postgres';
import type { ChangeListenerEvents, SqlDatabase, TenantChange, TenantChangeFeedOptions } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import { until } from '../../../../test/support/until.js';

type Applied = readonly TenantChange[] | null;

interface World {
  readonly database: SqlDatabase;
  readonly catalog: PostgresTenantCatalog;
  readonly listener: NonNullable<TenantChangeFeedOptions['listener']>;
  close(): Promise<void>;
}

const WORLDS: [string, () => Promise<World>][] = [
  [
    'PostgreSQL',
    async () => {
      const test = await createTestDatabase();
      const database = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 4 }));
      await migrateCatalog(database);
      const listener = pgChangeListener(() => new pg.Client({ connectionString: test.adminUrl }));
      const close = async (): Promise<void> => {
        await database.close();
        await test.drop();
      };
      return { database, catalog: new PostgresTenantCatalog(database), listener, close };
    },
  ],
  [
    'PGlite',
    async () => {
      const pglite = await createPglite();
      const database = pgliteDatabase(pglite);
      await migrateCatalog(database);
      const listener = pgliteChangeListener(pglite);
      return { database, catalog: new PostgresTenantCatalog(database), listener, close: () => database.close() };
    },
  ],
];

describe.each(WORLDS)('the feed of tenant changes on %s', (_name, open) => {
  let world: World;
  let applied: Applied[];
  let feeds: TenantChangeFeed[];

  const follow = (options: Partial<TenantChangeFeedOptions> = {}): TenantChangeFeed => {
    const feed = new TenantChangeFeed({
      database: world.database,
      apply: (changes) => void applied.push(changes),
      ...options,
    });
    feeds.push(feed);
    return feed;
  };
  const seen = (): string[] =>
    applied.flatMap((changes) => changes?.map(({ tenantId, status }) => `${tenantId} ${status}`) ?? ['reset']);

  beforeEach(async () => {
    world = await open();
    applied = [];
    feeds = [];
  });
  afterEach(async () => {
    await Promise.all(feeds.map((feed) => feed.close()));
    await world.close();
  });

  it('delivers each change in the order of the commits, once, by reading alone', async () => {
    const feed = follow();
    await feed.start();
    await world.catalog.create({ id: 'Foo', domain: 'foo.com' });
    await world.catalog.activate('foo');
    await world.catalog.suspend('foo');
    await world.catalog.delete('foo');
    await feed.read();
    await feed.read();
    expect(seen()).toEqual(['reset', 'foo active', 'foo suspended', 'foo deleted']);
    expect(feed.stats()).toMatchObject({ position: 3, resets: 0, listening: false });
  });

  it('is notified of a change without polling while it listens', async () => {
    const feed = follow({ listener: world.listener, clock: new ManualClock() });
    await feed.start();
    await world.catalog.create({ id: 'foo', domain: 'foo.com' });
    await until(() => seen().length > 1);
    expect(feed.stats()).toMatchObject({ listening: true });
    expect(feed.stats().lagMs).toBeGreaterThanOrEqual(0);
  });

  it('delivers changes that were made by hand, and not those that were rolled back', async () => {
    const feed = follow();
    await feed.start();
    await world.catalog.create({ id: 'foo', domain: 'foo.com' });
    await feed.read();
    applied = [];
    await expect(
      world.database.transaction(async (tx) => {
        await tx.query(`update tenantry.tenants set plan = 'gold' where key = 'foo'`);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await feed.read();
    expect(seen()).toEqual([]);
    await world.database.query(`update tenantry.tenants set status = 'suspended' where key = 'foo'`);
    await feed.read();
    expect(seen()).toEqual(['foo suspended']);
  });

  it('delivers the same changes again when applying them failed', async () => {
    const errors: unknown[] = [];
    let fail = false;
    const feed = follow({
      apply: (changes) => {
        if (fail) throw new Error('not now');
        applied.push(changes);
      },
      onError: (error) => void errors.push(error),
    });
    await feed.start();
    await world.catalog.create({ id: 'foo', domain: 'foo.com' });
    fail = true;
    await feed.read();
    expect(errors).toEqual([expect.objectContaining({ message: 'not now' })]);
    fail = false;
    await feed.read();
    expect(seen().filter((entry) => entry.startsWith('foo'))).not.toEqual([]);
  });

  it('resets when the log was pruned further than it had read, also while it was reading', async () => {
    const feed = follow();
    await feed.start();
    for (const id of ['a', 'b', 'c']) await world.catalog.create({ id, domain: `${id}.com` });
    await world.database.query(`update tenantry.tenant_changes set at = at - interval '2 hours' where version <= 2`);
    expect(await pruneChanges(world.database, 1)).toBe(2);
    applied = [];
    await feed.read();
    expect(applied).toEqual([null]);
    expect(feed.stats()).toMatchObject({ resets: 1 });
  });

  it('resets when the database is older than what it had read, as after a restored backup', async () => {
    await world.catalog.create({ id: 'foo', domain: 'foo.com' });
    const feed = follow();
    await feed.start();
    await world.database.query(`
      delete from tenantry.tenant_changes; update tenantry.tenant_change_counter set version = 0, pruned_to = 0;`);
    applied = [];
    await feed.read();
    expect(applied).toEqual([null]);
    expect(feed.stats()).toMatchObject({ position: 0, resets: 1 });
  });

  it('finds a change at the next poll when no notification came', async () => {
    const clock = new ManualClock();
    const feed = follow({ clock, pollMs: 5_000 });
    await feed.start();
    await world.catalog.create({ id: 'foo', domain: 'foo.com' });
    clock.advance(4_999);
    await Promise.resolve();
    expect(seen()).toEqual(['reset']);
    clock.advance(1);
    await until(() => seen().length > 1);
  });

  it('reads the log only, whatever a notification says, and reads it once for many', async () => {
    const hints: (() => void)[] = [];
    const listener = {
      listen: async ({ onHint }: ChangeListenerEvents) => {
        hints.push(onHint);
        return { check: async () => undefined, close: async () => undefined };
      },
    };
    let reads = 0;
    const counting: SqlDatabase = {
      query: (text, params) => {
        reads += 1;
        return world.database.query(text, params);
      },
      transaction: (fn) => world.database.transaction(fn),
      close: () => Promise.resolve(),
    };
    const feed = follow({ listener, database: counting, clock: new ManualClock() });
    await feed.start();
    applied = [];
    reads = 0;
    for (let i = 0; i < 10_000; i += 1) hints[0]?.();
    await feed.read();
    expect(seen()).toEqual([]);
    expect(reads).toBeLessThanOrEqual(3);
  });

  it('starts without a database, and resets when it is there', async () => {
    let down = true;
    const flaky: SqlDatabase = {
      query: (text, params) =>
        down ? Promise.reject(new Error('connect ECONNREFUSED')) : world.database.query(text, params),
      transaction: (fn) => world.database.transaction(fn),
      close: () => Promise.resolve(),
    };
    const clock = new ManualClock();
    const feed = follow({ database: flaky, clock });
    await feed.start();
    expect(feed.stats()).toMatchObject({ position: null, readAgoMs: null });
    down = false;
    clock.advance(5_000);
    await until(() => applied.length > 0);
    expect(applied).toEqual([null]);
  });
});

describe('the connection that listens', () => {
  it('is replaced when it is lost or misses a heartbeat, with growing delays, and what was missed is read', async () => {
    const clock = new ManualClock();
    const opened: ChangeListenerEvents[] = [];
    let refuse = false;
    let silent = false;
    const listener = {
      listen: async (events: ChangeListenerEvents) => {
        if (refuse) throw new Error('connect ECONNREFUSED');
        opened.push(events);
        return {
          check: () => (silent ? Promise.reject(new Error('timeout')) : Promise.resolve()),
          close: async () => undefined,
        };
      },
    };
    let reads = 0;
    const database = {
      query: async () => ({ rows: [{ last: 0, prunedTo: (reads += 0) }], rowCount: 1 }),
      transaction: () => Promise.reject(new Error('unused')),
      close: () => Promise.resolve(),
    } as unknown as SqlDatabase;
    const errors: string[] = [];
    const feed = new TenantChangeFeed({
      database: { ...database, query: (...args) => ((reads += 1), database.query(...args)) },
      listener,
      clock,
      pollMs: 10_000,
      heartbeatMs: 2_000,
      random: () => 1,
      apply: () => undefined,
      onError: (error) => void errors.push((error as Error).message),
    });
    await feed.start();
    expect(feed.stats()).toMatchObject({ listening: true, reconnects: 0 });

    refuse = true;
    opened[0]?.onLost(new Error('ECONNRESET'));
    expect(feed.stats()).toMatchObject({ listening: false, reconnects: 1 });
    clock.advance(250);
    await until(() => errors.length === 2);
    refuse = false;
    const before = reads;
    clock.advance(499);
    expect(opened).toHaveLength(1);
    clock.advance(1);
    await until(() => feed.stats().listening);
    await until(() => reads > before);

    silent = true;
    clock.advance(2_000);
    await until(() => !feed.stats().listening);
    silent = false;
    clock.advance(250);
    await until(() => feed.stats().listening);
    expect(errors).toEqual(['ECONNRESET', 'connect ECONNREFUSED', 'timeout']);
    await feed.close();
  });

  it.each([
    ['pollMs', 99],
    ['pollMs', 10_001],
    ['pollMs', Number.NaN],
    ['heartbeatMs', 0],
  ])('refuses %s of %p', (option, value) => {
    const make = (): TenantChangeFeed =>
      new TenantChangeFeed({ database: {} as SqlDatabase, apply: () => undefined, [option]: value });
    expect(make).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }));
  });
});
