import { ManualClock } from '@tenantry/testing';
import {
  CachedPlacements,
  migrateCatalog,
  pgliteDatabase,
  placedIsolation,
  PostgresPlacements,
  TenantDatabase,
} from '@tenantry/postgres';
import type {
  IsolationStrategy,
  SqlDatabase,
  TenantPlace,
  TenantPlacement,
  TenantPlacementReader,
} from '@tenantry/postgres';
import { createPglite } from '../support/postgres.js';

const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('placements in the catalog', () => {
  let database: SqlDatabase;
  let placements: PostgresPlacements;

  beforeAll(async () => {
    database = pgliteDatabase(await createPglite());
    await migrateCatalog(database);
    placements = new PostgresPlacements(database);
  });
  afterAll(() => database.close());
  beforeEach(() => database.query('truncate tenantry.placements'));

  const own = { strategy: 'own', host: 'DB7.example', port: 5433, database: 'foo' };

  it('are found as they were placed, and absent where they were not', async () => {
    expect(await placements.find('foo')).toBeNull();
    await placements.place('Foo', own);
    expect(await placements.find('foo')).toMatchObject({
      tenantId: 'Foo',
      target: { ...own, host: 'db7.example' },
      generation: 1,
      move: null,
    });
  });

  it('can be made again, but not elsewhere: that takes a move', async () => {
    await placements.place('foo', own);
    expect(await placements.place('foo', own)).toMatchObject({ generation: 1 });
    await expect(placements.place('foo', { strategy: 'shared' })).rejects.toThrow(refused('MT_MOVE_REFUSED'));
    expect(await placements.find('foo')).toMatchObject({ target: { strategy: 'own' } });
  });

  it('are deleted on demand, and not while the tenant is being moved', async () => {
    await placements.place('foo', own);
    await database.query(`update tenantry.placements set move = '{"step":"shut"}'`);
    expect(await placements.forget('foo')).toBe(false);
    await database.query('update tenantry.placements set move = null');
    expect([await placements.forget('FOO'), await placements.forget('foo'), await placements.find('foo')]).toEqual([
      true,
      false,
      null,
    ]);
  });

  it('hold no secret: there is no column for one', async () => {
    const { rows } = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_name = 'placements' order by 1`,
      [],
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'changed_at',
      'database',
      'generation',
      'host',
      'move',
      'port',
      'strategy',
      'tenant_id',
      'tenant_key',
    ]);
  });

  it.each(['', ' ', "a'b"])('are refused for the tenant id %j', async (id) => {
    await expect(placements.find(id)).rejects.toThrow(refused('MT_TENANT_IDENTIFIER_INVALID'));
    await expect(placements.place(id, own)).rejects.toThrow(refused('MT_TENANT_IDENTIFIER_INVALID'));
  });

  it('that cannot be asked for are an outage, never absence', async () => {
    const broken = new PostgresPlacements({ query: () => Promise.reject(new Error('down')) } as unknown as SqlDatabase);
    await expect(broken.find('foo')).rejects.toThrow(refused('MT_CATALOG_UNAVAILABLE'));
  });
});

describe('a strategy by placement', () => {
  const strategy = (kind: string): IsolationStrategy & { readonly asked: unknown[] } => {
    const asked: unknown[] = [];
    const query = async (): Promise<never> => ({ rows: [kind], rowCount: 1 }) as never;
    const forTenant = (tenantId: string, place?: TenantPlace) => {
      asked.push([tenantId, place]);
      return { query, transaction: (fn: (tx: { query: typeof query }) => Promise<unknown>) => fn({ query }) as never };
    };
    return { kind, asked, forTenant, close: async () => void asked.push('closed') };
  };
  const placed = (strategyName: string, change: Partial<TenantPlacement> = {}): TenantPlacement => ({
    tenantId: 'foo',
    target: { strategy: strategyName, host: 'db7' },
    generation: 3,
    move: null,
    unchangedForMs: 0,
    ...change,
  });
  const at = (answer: TenantPlacement | null | Error): TenantPlacementReader => ({
    find: () => (answer instanceof Error ? Promise.reject(answer) : answer),
  });
  const kindFor = async (placements: TenantPlacementReader, fallback?: string): Promise<unknown> => {
    const strategies = { shared: strategy('shared'), own: strategy('own') };
    const options = { placements, strategies, ...(fallback === undefined ? {} : { fallback: { strategy: fallback } }) };
    const tenants = new TenantDatabase(placedIsolation(options), { tenant: { id: 'foo' } });
    const inTransaction = await tenants.transaction((tx) => tx.query('select 1'));
    expect(inTransaction).toEqual(await tenants.query('select 1'));
    return [inTransaction.rows[0], strategies.own.asked[0]];
  };

  it('is the one where the tenant is on record, with its place and generation', async () => {
    expect(await kindFor(at(placed('own')))).toEqual(['own', ['foo', { host: 'db7', generation: 3 }]]);
    expect(await kindFor(at(placed('shared')), 'own')).toEqual(['shared', undefined]);
  });

  it('is the fallback for a tenant on record nowhere, and an error with the remedy where there is none', async () => {
    expect(await kindFor(at(null), 'shared')).toEqual(['shared', undefined]);
    await expect(kindFor(at(null))).rejects.toThrow(/fallback/);
    await expect(kindFor(at(null))).rejects.toThrow(refused('MT_PLACEMENT_MISSING'));
  });

  it('is never the fallback while the placements cannot be asked', async () => {
    await expect(kindFor(at(new Error('down')), 'shared')).rejects.toThrow('down');
  });

  it('has to be configured', async () => {
    await expect(kindFor(at(placed('nowhere')), 'shared')).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    await expect(kindFor(at(placed('__proto__')), 'shared')).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    const make = (options: object) => () => placedIsolation({ placements: at(null), strategies: {}, ...options });
    expect(make({})).toThrow(refused('MT_OPTIONS_INVALID'));
    const strategies = { shared: strategy('shared') };
    expect(make({ strategies, fallback: { strategy: 'own' } })).toThrow(refused('MT_OPTIONS_INVALID'));
  });

  it('is none while the data are being copied, and the new one from the switch on', async () => {
    const to = { strategy: 'own' };
    await expect(kindFor(at(placed('shared', { move: { step: 'shut', to } })))).rejects.toThrow(
      refused('MT_TENANT_MOVING'),
    );
    const switched = { step: 'switched', from: { strategy: 'shared' }, fromGeneration: 2, tables: [] } as const;
    expect(await kindFor(at(placed('own', { move: switched })))).toMatchObject(['own', {}]);
  });

  it('closes all of them', async () => {
    const strategies = { shared: strategy('shared'), own: strategy('own') };
    await placedIsolation({ placements: at(null), strategies }).close();
    expect([strategies.shared.asked, strategies.own.asked]).toEqual([['closed'], ['closed']]);
  });

  it('takes no role: that belongs to row-level security', () => {
    const isolation = placedIsolation({ placements: at(null), strategies: { shared: strategy('shared') } });
    expect(() => new TenantDatabase(isolation, { tenant: { id: 'foo' } }, { role: 'app' })).toThrow(
      refused('MT_ARGUMENT_INVALID'),
    );
  });
});

describe('cached placements', () => {
  const clock = new ManualClock();
  const counted = (answer: () => Promise<TenantPlacement | null>) => {
    const asked: string[] = [];
    const reader: TenantPlacementReader = { find: (tenantId) => (asked.push(tenantId), answer()) };
    return { asked, cached: new CachedPlacements(reader, { maxAgeMs: 1_000, maxEntries: 2, clock }) };
  };

  it('are read once for many callers, and again when they are too old or dropped', async () => {
    const { asked, cached } = counted(async () => null);
    await Promise.all(Array.from({ length: 10 }, () => cached.find('foo')));
    clock.advance(999);
    await cached.find('foo');
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await cached.find('foo');
    expect(asked).toHaveLength(2);
    cached.forget('foo');
    await cached.find('foo');
    cached.forget();
    await cached.find('foo');
    expect(asked).toHaveLength(4);
  });

  it('age from the question on, however late the answer', async () => {
    let answer: (placement: null) => void = () => undefined;
    const { asked, cached } = counted(() => new Promise((resolve) => (answer = resolve)));
    const first = cached.find('foo');
    clock.advance(1_000);
    answer(null);
    await first;
    void cached.find('foo');
    expect(asked).toHaveLength(2);
  });

  it('do not include failures', async () => {
    const { asked, cached } = counted(() => Promise.reject(new Error('down')));
    await expect(cached.find('foo')).rejects.toThrow('down');
    await expect(cached.find('foo')).rejects.toThrow('down');
    expect(asked).toHaveLength(2);
  });

  it('are no more than allowed', async () => {
    const { asked, cached } = counted(async () => null);
    for (const tenantId of ['a', 'b', 'c', 'b', 'c', 'a']) await cached.find(tenantId);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it.each([{ maxAgeMs: 0 }, { maxAgeMs: Infinity }, { maxEntries: 0 }, { maxEntries: 1.5 }])(
    'refuse the options %j',
    (options) => {
      expect(() => new CachedPlacements({ find: () => null }, options)).toThrow(refused('MT_OPTIONS_INVALID'));
    },
  );
});
