import pg from 'pg';
import { grantCatalogSql, migrateCatalog, pgDatabase, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';
import { compileChild } from './support/compiled-child.js';
import { SCENARIO_TABLES, scenario } from './support/crash-scenario.js';

/** Where the process dies | status | step on record | effects that are left | what another process then runs. */
type Crash = readonly [point: string, status: string, step: string, effects: string, redone: string];

const CREATE: readonly Crash[] = [
  ['before begin', 'none', 'none', '', ''],
  ['after begin', 'provisioning', 'provision', '', 'provision:users, provision:cloud, after:audit'],
  ['during provision:users', 'provisioning', 'provision', 'users 1', 'provision:users, provision:cloud, after:audit'],
  [
    'before provision:users',
    'provisioning',
    'provision',
    'users 1, users 2',
    'provision:users, provision:cloud, after:audit',
  ],
  ['after provision:users', 'provisioning', 'provision', 'users 1, users 2', 'provision:cloud, after:audit'],
  ['during provision:cloud', 'provisioning', 'provision', 'cloud 1, users 1, users 2', 'provision:cloud, after:audit'],
  [
    'before provision:cloud',
    'provisioning',
    'provision',
    'cloud 1, cloud 2, users 1, users 2',
    'provision:cloud, after:audit',
  ],
  ['after provision:cloud', 'provisioning', 'provision', 'cloud 1, cloud 2, users 1, users 2', 'after:audit'],
  ['before notify', 'provisioning', 'provision', 'cloud 1, cloud 2, users 1, users 2', 'after:audit'],
  ['after notify', 'active', 'notify', 'cloud 1, cloud 2, users 1, users 2', 'after:audit'],
  ['before after:audit', 'active', 'notify', 'cloud 1, cloud 2, users 1, users 2', 'after:audit'],
  ['after after:audit', 'active', 'notify', 'cloud 1, cloud 2, users 1, users 2', ''],
  ['before finished', 'active', 'notify', 'cloud 1, cloud 2, users 1, users 2', ''],
  ['after finished', 'active', 'finished', 'cloud 1, cloud 2, users 1, users 2', ''],
];

const COMPENSATE: readonly Crash[] = [
  [
    'before undo',
    'provisioning',
    'provision',
    'cloud 1, cloud 2, users 1, users 2',
    'provision:cloud, undo:cloud, undo:users',
  ],
  ['after undo', 'provisioning', 'undo', 'cloud 1, cloud 2, users 1, users 2', 'undo:cloud, undo:users'],
  ['during undo:cloud', 'provisioning', 'undo', 'cloud 2, users 1, users 2', 'undo:cloud, undo:users'],
  ['before undo:cloud', 'provisioning', 'undo', 'users 1, users 2', 'undo:cloud, undo:users'],
  ['after undo:cloud', 'provisioning', 'undo', 'users 1, users 2', 'undo:users'],
  ['during undo:users', 'provisioning', 'undo', 'users 2', 'undo:users'],
  ['after undo:users', 'provisioning', 'undo', '', ''],
  ['before compensated', 'provisioning', 'undo', '', ''],
  ['after compensated', 'none', 'compensated', '', ''],
];

const DELETE: readonly Crash[] = [
  ['before begin', 'active', 'none', 'cloud 1, cloud 2, users 1, users 2', ''],
  ['after begin', 'deleting', 'drain', 'cloud 1, cloud 2, users 1, users 2', 'remove:cloud, remove:users, after:audit'],
  [
    'before remove',
    'deleting',
    'drain',
    'cloud 1, cloud 2, users 1, users 2',
    'remove:cloud, remove:users, after:audit',
  ],
  [
    'after remove',
    'deleting',
    'remove',
    'cloud 1, cloud 2, users 1, users 2',
    'remove:cloud, remove:users, after:audit',
  ],
  ['during remove:cloud', 'deleting', 'remove', 'cloud 2, users 1, users 2', 'remove:cloud, remove:users, after:audit'],
  ['before remove:cloud', 'deleting', 'remove', 'users 1, users 2', 'remove:cloud, remove:users, after:audit'],
  ['after remove:cloud', 'deleting', 'remove', 'users 1, users 2', 'remove:users, after:audit'],
  ['during remove:users', 'deleting', 'remove', 'users 2', 'remove:users, after:audit'],
  ['after remove:users', 'deleting', 'remove', '', 'after:audit'],
  ['before notify', 'deleting', 'remove', '', 'after:audit'],
  ['after notify', 'none', 'notify', '', 'after:audit'],
  ['before after:audit', 'none', 'notify', '', 'after:audit'],
  ['after after:audit', 'none', 'notify', '', ''],
  ['after finished', 'none', 'finished', '', ''],
];

const WHOLE = 'cloud 1, cloud 2, users 1, users 2';

describe('a process that dies', () => {
  let test: TestDatabase;
  let admin: SqlDatabase;
  let child: ReturnType<typeof compileChild>;
  let tenants = 0;

  beforeAll(async () => {
    child = compileChild();
    test = await createTestDatabase();
    admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 4 }));
    await migrateCatalog(admin);
    await admin.query(grantCatalogSql(test.appRole));
    await admin.query(SCENARIO_TABLES);
  }, 60_000);
  afterAll(async () => {
    child.remove();
    await admin.close();
    await test.drop();
  });

  const store = (): PostgresTenantLifecycleStore => new PostgresTenantLifecycleStore(admin);
  const listOf = async (table: string, tenant: string): Promise<string> => {
    const order = table === 'effects' ? 'part' : 'ctid';
    const { rows } = await admin.query<{ part: string }>(
      `select part from ${table} where tenant = $1 order by ${order}`,
      [tenant],
    );
    return rows.map(({ part }) => part).join(', ');
  };
  const stepOf = async (tenant: string, kind: string): Promise<string> => {
    const { rows } = await admin.query<{ step: string }>(
      'select step from tenantry.operations where tenant_key = $1 and kind = $2',
      [tenant, kind],
    );
    return rows[0]?.step ?? 'none';
  };
  const statusOf = async (tenant: string): Promise<string> => (await store().findTenant(tenant))?.status ?? 'none';
  const die = async (task: string, tenant: string, point: string): Promise<void> => {
    const { signal, stderr } = await child.run(test.appUrl, task, tenant, point);
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
  };
  /** The lease of the dead process has ended. */
  const leasesEnd = (): Promise<unknown> =>
    admin.query('update tenantry.operations set lease_until = clock_timestamp()');
  const expectLeft = async (tenant: string, kind: string, [, status, step, effects]: Crash): Promise<void> => {
    const left = [await statusOf(tenant), await stepOf(tenant, kind), await listOf('effects', tenant)];
    expect(left).toEqual([status, step, effects]);
  };
  const recover = async (tenant: string, fails = false): Promise<string> => {
    await admin.query('delete from runs where tenant = $1', [tenant]);
    await scenario(store(), admin, undefined, fails).resumeDue();
    expect(await listOf('runs', tenant)).toBe('');
    await leasesEnd();
    await scenario(store(), admin, undefined, fails).resumeDue();
    return listOf('runs', tenant);
  };
  const newTenant = (): string => `t${(tenants += 1)}`;

  it.each(CREATE)('%s of a creation leaves %s (%s); another finishes it', async (...crash) => {
    const [tenant, [point, , step, , redone]] = [newTenant(), crash];
    await die('create', tenant, point);
    await expectLeft(tenant, 'create', crash);
    expect(await recover(tenant)).toBe(redone);
    const begun = step !== 'none';
    expect(await statusOf(tenant)).toBe(begun ? 'active' : 'none');
    expect(await listOf('effects', tenant)).toBe(begun ? WHOLE : '');
    expect(await stepOf(tenant, 'create')).toBe(begun ? 'finished' : 'none');
  });

  it.each(COMPENSATE)('%s of a creation that failed leaves %s (%s); another takes it back', async (...crash) => {
    const [tenant, [point, , , , redone]] = [newTenant(), crash];
    await die('fail', tenant, point);
    await expectLeft(tenant, 'create', crash);
    expect(await recover(tenant, true)).toBe(redone);
    expect([await statusOf(tenant), await stepOf(tenant, 'create'), await listOf('effects', tenant)]).toEqual([
      'none',
      'compensated',
      '',
    ]);
  });

  it.each(DELETE)('%s of a deletion leaves %s (%s); another finishes it', async (...crash) => {
    const [tenant, [point, , step, , redone]] = [newTenant(), crash];
    const lifecycle = scenario(store(), admin);
    await lifecycle.create({ id: tenant, domain: `${tenant}.com` });
    await lifecycle.idle();
    await die('delete', tenant, point);
    await expectLeft(tenant, 'delete', crash);
    expect(await recover(tenant)).toBe(redone);
    const begun = step !== 'none';
    expect(await statusOf(tenant)).toBe(begun ? 'none' : 'active');
    expect(await listOf('effects', tenant)).toBe(begun ? '' : WHOLE);
  });

  it('is followed by one of several processes that want its operation, never by two', async () => {
    const tenant = newTenant();
    await die('create', tenant, 'after begin');
    await leasesEnd();
    const ends = await Promise.all([1, 2, 3].map(() => child.run(test.appUrl, 'resume', tenant)));
    expect(ends).toEqual(Array(3).fill({ code: 0, signal: null, stderr: '' }));
    expect(await listOf('runs', tenant)).toBe('provision:users, provision:cloud, after:audit');
    expect(await statusOf(tenant)).toBe('active');
  });
});
