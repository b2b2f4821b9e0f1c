import { randomUUID } from 'node:crypto';
import { InMemoryTenantLifecycleStore, LifecycleParticipants, TenantLifecycle } from '@tenantry/lifecycle';
import type { Clock } from '@tenantry/core';
import type { Participant, TenantLifecycleListener, TenantProvisioner } from '@tenantry/lifecycle';
import { ManualClock } from '@tenantry/testing';
import { migrateCatalog, pgDatabase, PostgresTenantLifecycleStore, pruneOperations } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { lifecycleOn, provisioner, quickClock } from '@tenantry/lifecycle/testing';

const FOO = { id: 'foo', domain: 'foo.com' };
const HOUR_MS = 3_600_000;
const never = (): Promise<never> => new Promise(() => undefined);

describe('a participant that never settles', () => {
  it('is aborted, counts as failed, is tried again, and what was done is taken back', async () => {
    const log: string[] = [];
    let stopped = 0;
    const hung: Participant<TenantProvisioner> = {
      name: 'hung',
      instance: {
        provision: ({ signal }) => {
          signal.addEventListener('abort', () => (stopped += 1));
          return never();
        },
        undo: () => void log.push('undo hung'),
      },
    };
    const provisioners = [provisioner('rows', log), hung];
    const lifecycle = lifecycleOn(new InMemoryTenantLifecycleStore(), { provisioners }, { participantTimeoutMs: 10 });
    await expect(lifecycle.create(FOO)).rejects.toMatchObject({
      code: 'MT_OPERATION_FAILED',
      cause: { code: 'MT_PARTICIPANT_TIMEOUT', message: expect.stringContaining('provision:hung') },
    });
    expect(stopped).toBe(3);
    expect(log).toEqual(['provision rows (provisioning)', 'undo hung', 'undo rows (provisioning)']);
  });

  it('does not stop other listeners, and the operation waits for an operator', async () => {
    const notified: string[] = [];
    const listeners: Participant<TenantLifecycleListener>[] = [
      { name: 'hung', instance: { afterCreate: never } },
      { name: 'audit', instance: { afterCreate: () => void notified.push('audit') } },
    ];
    const lifecycle = lifecycleOn(new InMemoryTenantLifecycleStore(), { listeners }, { participantTimeoutMs: 10 });
    const { id } = await lifecycle.create(FOO);
    await lifecycle.idle();
    expect(notified).toEqual(['audit']);
    expect(await lifecycle.find(id)).toMatchObject({
      state: 'failed',
      step: 'notify',
      error: { code: 'MT_PARTICIPANT_TIMEOUT' },
      tenant: { status: 'active' },
    });
  });
});

describe('a node that retires', () => {
  it('gives up what no caller waits for, and another node continues it', async () => {
    const store = new InMemoryTenantLifecycleStore();
    const notified: string[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const cast = (name: string, wait?: Promise<void>): Participant<TenantLifecycleListener>[] => [
      { name: 'first', instance: { afterCreate: () => wait } },
      { name: 'second', instance: { afterCreate: () => void notified.push(name) } },
    ];
    const leaving = lifecycleOn(store, { listeners: cast('leaving', slow) });
    const { id } = await leaving.create(FOO);
    const retired = leaving.retire();
    release();
    await retired;
    expect(notified).toEqual([]);
    expect(await leaving.find(id)).toMatchObject({ step: 'notify', finished: ['after:first'] });
    await lifecycleOn(store, { listeners: cast('staying') }).resumeDue();
    expect(notified).toEqual(['staying']);
  });

  it('still answers calls, and leaves nothing to run behind them', async () => {
    const store = new InMemoryTenantLifecycleStore();
    const notified: string[] = [];
    const listeners = [{ name: 'audit', instance: { afterCreate: () => void notified.push('audit') } }];
    const leaving = lifecycleOn(store, { listeners });
    await leaving.retire();
    const save = store.save.bind(store);
    jest.spyOn(store, 'save').mockImplementation(async (claim, patch) => {
      await new Promise((resolve) => setImmediate(resolve));
      return save(claim, patch);
    });
    expect(await leaving.create(FOO)).toMatchObject({ tenant: { status: 'active' } });
    expect(notified).toEqual([]);
    await lifecycleOn(store, { listeners }).resumeDue();
    expect(notified).toEqual(['audit']);
  });
});

describe('on PostgreSQL', () => {
  let test: TestDatabase;
  let database: SqlDatabase;
  let store: PostgresTenantLifecycleStore;

  const fastBy = (ms: number): Clock => ({ ...quickClock, now: () => quickClock.now() + ms });
  const query = async <R>(text: string): Promise<R[]> => (await database.query<R>(text)).rows;

  beforeAll(async () => {
    test = await createTestDatabase();
    database = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 4 }), { onIdleError: () => undefined });
    await migrateCatalog(database);
    store = new PostgresTenantLifecycleStore(database);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('two nodes with clocks an hour apart neither take a live claim over nor end a grace period early', async () => {
    const now = jest.spyOn(Date, 'now');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    const provisioners = [{ name: 'rows', instance: { provision: () => ((begun += 1), held) } }];
    const [late, early] = [-HOUR_MS, HOUR_MS].map((ms) => lifecycleOn(store, { provisioners }, { clock: fastBy(ms) }));
    const real = Date.now();
    const creation = late?.create(FOO);
    await until(() => begun === 1);
    now.mockReturnValue(real + HOUR_MS);
    await early?.resumeDue();
    expect(begun).toBe(1);
    release();
    expect(await creation).toMatchObject({ tenant: { status: 'active' } });

    await late?.delete('foo', { gracePeriodMs: HOUR_MS / 2 });
    await early?.resumeDue();
    expect(await store.findTenant('foo')).toMatchObject({ status: 'deleting' });
    expect(await early?.undoDelete('foo')).toMatchObject({ step: 'undone', tenant: { status: 'active' } });
    now.mockRestore();
  });

  it('deletes operations that have been over for long, and no others', async () => {
    await database.query('truncate tenantry.operations');
    const tenant = (): { id: string; domain: string } => {
      const id = `t-${randomUUID().slice(0, 8)}`;
      return { id, domain: `${id}.com` };
    };
    const broken = [provisioner('rows', [], Infinity)];
    const [old, recent] = [tenant(), tenant()];
    await lifecycleOn(store).create(old, { requestKey: 'old' });
    await lifecycleOn(store).idle();
    await expect(lifecycleOn(store, { provisioners: broken }).create(tenant())).rejects.toThrow('taken back');
    const kept = lifecycleOn(store, { provisioners: broken }, { onProvisionFailure: 'keep' });
    await expect(kept.create(tenant(), { requestKey: 'resumable' })).rejects.toThrow('resume it');
    await lifecycleOn(store).delete(old.id, { gracePeriodMs: HOUR_MS, requestKey: 'running' });
    await until(async () => (await query(`select 1 from tenantry.operations where state = 'done'`)).length === 1);
    await database.query(`update tenantry.operations set updated_at = now() - interval '91 days'`);
    await lifecycleOn(store).create(recent, { requestKey: 'recent' });

    expect(await pruneOperations(database, 90)).toBe(2);
    const left = await query<{ key: string }>('select request_key as key from tenantry.operations order by key');
    expect(left.map(({ key }) => key)).toEqual(['recent', 'resumable', 'running']);
    for (const days of [0, -1, Number.NaN]) {
      await expect(pruneOperations(database, days)).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
    }
  });
});

describe('options of the lifecycle', () => {
  it.each([0, 1.5, 86_400_001])('refuse participantTimeoutMs %p', (participantTimeoutMs) => {
    const options = { store: new InMemoryTenantLifecycleStore(), clock: new ManualClock(), participantTimeoutMs };
    const surroundings = { participants: () => new LifecycleParticipants([], []) };
    expect(() => new TenantLifecycle(options, surroundings)).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }),
    );
  });
});
