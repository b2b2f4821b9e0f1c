import { ManualClock } from '@tenantry/testing';
import pg from 'pg';
import { pgDatabase, pgliteDatabase, TenantMigrations, TenantMigrationsFailedError } from '@tenantry/postgres';
import type {
  MigrationTarget,
  SqlDatabase,
  TenantMigration,
  TenantMigrationProgress,
  TenantMigrationReport,
  TenantMigrationsOptions,
} from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { createSchemas, idsOf, ledgerOf, tablesOf, targetsOf, THREE } from './support/schemas.js';
import type { Schemas } from './support/schemas.js';

const NAMES = THREE.map(({ name }) => name);
const statesOf = ({ outcomes }: TenantMigrationReport): string[] =>
  outcomes.map(({ tenantId, state }) => `${tenantId} ${state}`);

/** Runs, and returns the error of a run that fails. */
async function failureOf(options: TenantMigrationsOptions): Promise<TenantMigrationsFailedError> {
  const error: unknown = await new TenantMigrations(options).run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TenantMigrationsFailedError);
  return error as TenantMigrationsFailedError;
}

describe('migrations per tenant', () => {
  let schemas: Schemas;
  let database: SqlDatabase;
  let targets: MigrationTarget[];

  beforeEach(async () => {
    schemas = await createSchemas(4);
    database = schemas.database;
    targets = await targetsOf(database, 'a', 'b', 'c');
  });
  afterEach(() => schemas.drop());

  /** A second step that fails for one tenant. */
  const failingFor = (tenantId: string): TenantMigration[] => [
    THREE[0] as TenantMigration,
    {
      name: '0002-breaks',
      up: async (tx, tenant) => {
        await tx.query('create table half (id int)');
        if (tenant.tenantId === tenantId) await tx.query('select 1 / 0');
      },
    },
    { name: '0003-after', up: 'create table after (id int)' },
  ];

  it('are applied to each tenant, in its own schema, and noted in its own ledger', async () => {
    const { outcomes } = await new TenantMigrations({ targets, migrations: THREE }).run();
    expect(outcomes).toEqual(['a', 'b', 'c'].map((tenantId) => ({ state: 'migrated', tenantId, applied: NAMES })));
    for (const id of ['a', 'b', 'c']) {
      expect(await tablesOf(database, `tenant_${id}`)).toEqual(['note']);
      expect(await ledgerOf(database, `tenant_${id}`)).toEqual(NAMES);
    }
    expect(await tablesOf(database, 'public')).toEqual([]);
  });

  it('do nothing where nothing is left, and only the new one where one was added', async () => {
    await new TenantMigrations({ targets, migrations: THREE }).run();
    const again = await new TenantMigrations({ targets, migrations: THREE }).run();
    expect(again.outcomes.flatMap((outcome) => (outcome.state === 'migrated' ? outcome.applied : ['?']))).toEqual([]);
    const migrations = [...THREE, { name: '0004-tag', up: 'alter table note add column tag text' }];
    const { outcomes } = await new TenantMigrations({ targets, migrations }).run();
    expect(outcomes[1]).toEqual({ state: 'migrated', tenantId: 'b', applied: ['0004-tag'] });
  });

  it('roll a failing one back, stop that tenant, and begin no other', async () => {
    const error = await failureOf({ targets, migrations: failingFor('b'), concurrency: 1 });
    expect(error).toMatchObject({ code: 'MT_MIGRATION_FAILED', cause: { tenantId: 'b', migration: '0002-breaks' } });
    expect(error.message).toContain('Tenant "b" failed at migration "0002-breaks": division by zero');
    expect(statesOf(error.report)).toEqual(['a migrated', 'b failed', 'c notBegun']);
    expect(await tablesOf(database, 'tenant_a')).toEqual(['after', 'half', 'note']);
    expect(await tablesOf(database, 'tenant_b')).toEqual(['note']);
    expect(await ledgerOf(database, 'tenant_b')).toEqual(['0001-notes']);
    expect(await tablesOf(database, 'tenant_c')).toEqual([]);
  });

  it('continue where they stopped, once the cause is fixed', async () => {
    await failureOf({ targets, migrations: failingFor('b') });
    const report = await new TenantMigrations({ targets, migrations: failingFor('none') }).run();
    expect(report.outcomes[1]).toMatchObject({ state: 'migrated', applied: ['0002-breaks', '0003-after'] });
    expect(await tablesOf(database, 'tenant_c')).toEqual(['after', 'half', 'note']);
  });

  it('are applied once by two processes at once: the one that has waited finds it done, and does not count it', async () => {
    let open = (): void => undefined;
    let runs = 0;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const migrations: TenantMigration[] = [
      {
        name: '0001-once',
        up: async (tx) => {
          runs += 1;
          await gate;
          await tx.query('create table if not exists once (id int)');
        },
      },
    ];
    const run = (): Promise<TenantMigrationReport> =>
      new TenantMigrations({ targets: targets.slice(0, 1), migrations }).run();
    const both = [run(), run()];
    await until(async () => {
      const { rowCount } = await database.query(
        `select 1 from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`,
      );
      return rowCount === 1;
    });
    open();
    const applied = (await Promise.all(both)).flatMap(({ outcomes }) =>
      outcomes.map((outcome) => (outcome.state === 'migrated' ? outcome.applied : [outcome.state])),
    );
    expect(applied.sort((a, b) => a.length - b.length)).toEqual([[], ['0001-once']]);
    expect(runs).toBe(1);
    expect(await ledgerOf(database, 'tenant_a')).toEqual(['0001-once']);
  });

  it('begin with the canary alone, and with no other tenant when it fails, also where failing tenants are skipped', async () => {
    const begun: string[] = [];
    const error = await failureOf({
      targets,
      migrations: [
        { name: '0001', up: (_tx, { tenantId }) => (begun.push(tenantId), Promise.reject(new Error('no'))) },
      ],
      canary: 'b',
      skipFailing: true,
    });
    expect(begun).toEqual(['b']);
    expect(statesOf(error.report)).toEqual(['a notBegun', 'b failed', 'c notBegun']);
    const alone = targets.slice(1, 2);
    await expect(failureOf({ targets: alone, migrations: failingFor('b'), skipFailing: true })).resolves.toBeDefined();
  });

  it('finish the canary before any other tenant begins', async () => {
    const progressed: string[] = [];
    const onProgress = (progress: TenantMigrationProgress): void => {
      if (progress.kind === 'migration') progressed.push(progress.tenantId);
    };
    await new TenantMigrations({ targets, migrations: THREE, canary: 'c', onProgress }).run();
    expect(progressed.slice(0, 3)).toEqual(['c', 'c', 'c']);
    expect(progressed).toHaveLength(9);
  });

  it('skip failing tenants where asked to, and report which, at which migration and why', async () => {
    const { outcomes } = await new TenantMigrations({ targets, migrations: failingFor('b'), skipFailing: true }).run();
    expect(outcomes.map(({ state }) => state)).toEqual(['migrated', 'failed', 'migrated']);
    expect(outcomes[1]).toMatchObject({
      applied: ['0001-notes'],
      error: { tenantId: 'b', migration: '0002-breaks', cause: { message: 'division by zero', code: '22012' } },
    });
    expect(await tablesOf(database, 'tenant_c')).toEqual(['after', 'half', 'note']);
  });

  it('report their progress, and stop when the listener throws', async () => {
    const progressed: TenantMigrationProgress[] = [];
    await new TenantMigrations({ targets, migrations: THREE, onProgress: (each) => progressed.push(each) }).run();
    expect(progressed.filter(({ kind }) => kind === 'migration')).toHaveLength(9);
    expect(progressed.at(-1)).toMatchObject({ kind: 'tenant', finished: 3, total: 3 });

    await database.query('drop table tenant_b.note, tenant_b.tenantry_migrations');
    const failing = new TenantMigrations({
      targets,
      migrations: THREE,
      onProgress: () => {
        throw new Error('listener failed');
      },
    });
    await expect(failing.run()).rejects.toThrow('listener failed');
    expect(await tablesOf(database, 'tenant_b')).toEqual([]);
  });

  it('refuse a schema that is not there, and never fall through to public', async () => {
    await database.query('create table public.note (id int)');
    const error = await failureOf({
      targets: [{ tenantId: 'x', schema: 'tenant_x', database }],
      migrations: [{ name: '0001', up: 'alter table note add column leaked int' }],
    });
    expect(error.message).toContain('there is no schema "tenant_x"');
    const { rows } = await database.query(`select 1 from pg_attribute where attname = 'leaked'`, []);
    expect(rows).toEqual([]);
  });

  it('refuse one that ends its own transaction, and say so', async () => {
    const migrations = [{ name: '0001', up: 'create table one (id int); commit; create table two (id int);' }];
    const error = await failureOf({ targets, migrations });
    expect(error.message).toContain('Take begin, commit and rollback out of it.');
    expect(await ledgerOf(database, 'tenant_a').catch(() => [])).toEqual([]);
  });

  it('are cancelled by the server when a statement hangs, and rolled back', async () => {
    const migrations = [{ name: '0001', up: 'create table half (id int); select pg_sleep(600);' }];
    const clock = new ManualClock();
    const error = await failureOf({ targets, migrations, timeoutMs: 200, clock });
    expect(error.message).toContain('statement timeout');
    expect(await tablesOf(database, 'tenant_a')).toEqual([]);
  });

  it('are given up when their code hangs, and rolled back', async () => {
    const clock = new ManualClock();
    const hangs: TenantMigration = {
      name: '0001',
      up: async (tx) => {
        await tx.query('create table half (id int)');
        await new Promise(() => undefined);
      },
    };
    const failing = failureOf({ targets, migrations: [hangs], timeoutMs: 50_000, clock });
    await until(() => clock.pendingTimers > 0);
    clock.advance(50_000);
    expect((await failing).message).toContain('it took longer than 50000 ms');
    expect(await tablesOf(database, 'tenant_a')).toEqual([]);
  });

  it('give up on a lock that another process holds', async () => {
    await new TenantMigrations({ targets, migrations: THREE }).run();
    const migrations = [...THREE, { name: '0004', up: 'alter table note add column late int' }];
    await schemas.other.transaction(async (tx) => {
      await tx.query('lock table tenant_a.note in access share mode');
      const error = await failureOf({ targets, migrations, lockTimeoutMs: 100 });
      expect(error).toMatchObject({ cause: { migration: '0004', cause: { code: '55P03' } } });
    });
    await expect(new TenantMigrations({ targets, migrations, lockTimeoutMs: 100 }).run()).resolves.toBeDefined();
  });

  it('wait for another run at the same tenant no longer than the lock may take', async () => {
    await schemas.other.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('tenantry.migrations:tenant_a', 0))`);
      const error = await failureOf({ targets, migrations: THREE, lockTimeoutMs: 100 });
      expect(error).toMatchObject({ cause: { migration: '0001-notes', cause: { code: '55P03' } } });
    });
  });

  it('wait for no other run where nothing is left', async () => {
    await new TenantMigrations({ targets, migrations: THREE }).run();
    await schemas.other.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('tenantry.migrations:tenant_a', 0))`);
      const { outcomes } = await new TenantMigrations({ targets, migrations: THREE, lockTimeoutMs: 100 }).run();
      expect(outcomes[0]).toEqual({ state: 'migrated', tenantId: 'a', applied: [] });
    });
  });

  it('leave neither search path nor timeouts behind on the connections', async () => {
    await new TenantMigrations({ targets, migrations: THREE }).run();
    const { rows } = await database.query(
      `select current_setting('search_path') as path, current_setting('statement_timeout') as time`,
      [],
    );
    expect(rows).toEqual([{ path: '"$user", public', time: '0' }]);
  });

  it('see nothing of what another tenant’s left on the connection', async () => {
    const one = pgDatabase(new pg.Pool({ connectionString: schemas.url, max: 1 }));
    const shared = ['a', 'b', 'c'].map((tenantId) => ({ tenantId, schema: `tenant_${tenantId}`, database: one }));
    try {
      const report = await new TenantMigrations({ targets: shared, migrations: LEAVING, concurrency: 1 }).run();
      expect(statesOf(report)).toEqual(['a migrated', 'b migrated', 'c migrated']);
      expect(await copiesOf(schemas.other, 'b')).toEqual([{ owner: 'b', by: '' }]);
    } finally {
      await one.close();
    }
  });

  it.each([
    ['targets', { targets: [{ tenantId: 'a' }, { tenantId: 'a' }] }],
    ['targets', { targets: [{ tenantId: '' }] }],
    ['migrations', { migrations: [THREE[0], THREE[0]] }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 101 }],
    ['timeoutMs', { timeoutMs: 0.5 }],
    ['lockTimeoutMs', { lockTimeoutMs: -1 }],
    ['canary', { canary: 'none' }],
  ])('refuse bad %s: %j', (argument, bad) => {
    const options = { targets, migrations: THREE, ...bad } as TenantMigrationsOptions;
    expect(() => new TenantMigrations(options)).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID', argument }) as Error,
    );
  });
});

describe('migrations of 200 tenants', () => {
  it('use no more connections than they may', async () => {
    const schemas = await createSchemas(20);
    try {
      const targets = await targetsOf(schemas.database, ...idsOf(200));
      let most = 0;
      const count = async (): Promise<void> => {
        const { rows } = await schemas.other.query<{ open: number }>(
          `select count(*)::int as open from pg_stat_activity
           where datname = current_database() and application_name = 'migrations'`,
          [],
        );
        most = Math.max(most, rows[0]?.open ?? 0);
      };
      const counted: TenantMigration = { name: '0004-count', up: count };
      const run = new TenantMigrations({ targets, migrations: [...THREE, counted], concurrency: 3 });
      expect((await run.run()).outcomes.every(({ state }) => state === 'migrated')).toBe(true);
      const { rows } = await schemas.database.query<{ schemas: number }>(
        `select count(*)::int as schemas from pg_tables where tablename = 'note'`,
        [],
      );
      expect(rows).toEqual([{ schemas: 200 }]);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(3);
    } finally {
      await schemas.drop();
    }
  }, 120_000);
});

describe('migrations of databases', () => {
  it('open each tenant’s own and close it again, also after a failure', async () => {
    const tests = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const closed: string[] = [];
    const targets = tests.map(({ adminUrl }, index) => ({
      tenantId: `t${index}`,
      open: () => {
        const own = pgDatabase(new pg.Pool({ connectionString: adminUrl, max: 1 }));
        return { ...bound(own), close: () => (closed.push(`t${index}`), own.close()) };
      },
    }));
    const refused = { tenantId: 'gone', open: () => Promise.reject(new Error('no such database')) };
    try {
      const migrations = [
        ...THREE,
        { name: '0004', up: (_tx: unknown, { tenantId }: { tenantId: string }) => assertNot(tenantId, 't1') },
      ];
      const run = new TenantMigrations({ targets: [...targets, refused], migrations, skipFailing: true });
      const { outcomes } = await run.run();
      expect(outcomes).toMatchObject([
        { state: 'migrated', applied: [...NAMES, '0004'] },
        { state: 'failed', applied: NAMES, error: { migration: '0004' } },
        {
          state: 'failed',
          applied: [],
          error: { migration: null, message: expect.stringContaining('no such database') },
        },
      ]);
      expect(closed.sort()).toEqual(['t0', 't1']);
    } finally {
      await Promise.all(tests.map((test) => test.drop()));
    }
  });
});

describe('migrations on PGlite', () => {
  it('are applied to schemas one after the other', async () => {
    const database = pgliteDatabase(await createPglite());
    try {
      const targets = await targetsOf(database, 'A.b-c', 'd');
      await new TenantMigrations({ targets, migrations: THREE }).run();
      expect(await ledgerOf(database, 'tenant_A.b-c')).toEqual(NAMES);
      const again = await new TenantMigrations({ targets, migrations: THREE }).run();
      expect(again.outcomes).toMatchObject([{ applied: [] }, { applied: [] }]);
    } finally {
      await database.close();
    }
  }, 120_000);

  it('see nothing of what another tenant’s left', async () => {
    const database = pgliteDatabase(await createPglite());
    try {
      const targets = await targetsOf(database, 'a', 'b');
      await new TenantMigrations({ targets, migrations: LEAVING }).run();
      expect(await copiesOf(database, 'b')).toEqual([{ owner: 'b', by: '' }]);
    } finally {
      await database.close();
    }
  }, 120_000);
});

/** Steps that copy by way of a temporary table, and leave it and a setting behind. */
const LEAVING: readonly TenantMigration[] = [
  {
    name: '0001-note',
    up: async (tx, { tenantId }) => void (await tx.query(`create table note as select '${tenantId}'::text as owner`)),
  },
  {
    name: '0002-copy',
    up: `create temp table if not exists staging as select owner, coalesce(current_setting('staging.by', true), '') as by from note;
      create table copy (owner text, by text); insert into copy select * from staging;
      set staging.by = 'another tenant'; set search_path = tenant_a;`,
  },
];

async function copiesOf(database: SqlDatabase, tenantId: string): Promise<unknown[]> {
  return (await database.query(`select owner, by from tenant_${tenantId}.copy`)).rows;
}

function bound(database: SqlDatabase): SqlDatabase {
  return {
    query: (text, params) => database.query(text, params),
    transaction: (fn) => database.transaction(fn),
    close: () => database.close(),
  };
}

async function assertNot(actual: string, refused: string): Promise<void> {
  await Promise.resolve();
  if (actual === refused) throw new Error(`not for ${refused}`);
}
