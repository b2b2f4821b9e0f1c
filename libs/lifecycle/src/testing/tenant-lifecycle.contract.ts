import { randomUUID } from 'node:crypto';
import type { TestRunner } from '@tenantry/core/testing';
import { TenantInputNeededError, TenantVetoError } from '../lifecycle.errors.js';
import type { TenantLifecycle } from '../tenant-lifecycle.js';
import type { TenantChangeEvent } from '../tenant-lifecycle-listener.js';
import type { TenantOperation } from '../tenant-operation.js';
import type { TenantLifecycleStore } from '../tenant-lifecycle-store.js';
import { lifecycleOn, provisioner } from './lifecycle-bench.js';
import type { StoreUnderTest } from './lifecycle-bench.js';

const FOO = { id: 'Foo', domain: 'foo.com', aliases: ['www.foo.com'] };

/**
 * What lifecycles must do, whatever they are recorded in.
 *
 * @param open gives an empty store, a new one for each test
 */
export function describeTenantLifecycle(runner: TestRunner, name: string, open: () => Promise<StoreUnderTest>): void {
  const { beforeEach, describe, expect, it } = runner;
  describe(`TenantLifecycle: ${name}`, () => {
    let test: StoreUnderTest;
    let store: TenantLifecycleStore;
    let log: string[];

    beforeEach(async () => {
      test = await open();
      ({ store } = test);
      log = [];
    });

    const statusOf = async (id: string): Promise<string | undefined> => (await store.findTenant(id))?.status;
    const created = async (lifecycle: TenantLifecycle = lifecycleOn(store)): Promise<TenantOperation> => {
      const operation = await lifecycle.create(FOO);
      await lifecycle.idle();
      return operation;
    };

    describe('create', () => {
      it('sets up in order, then serves, then notifies listeners', async () => {
        const notified: TenantChangeEvent[] = [];
        const listeners = [
          { name: 'billing', instance: { afterCreate: (event: TenantChangeEvent) => notified.push(event) } },
        ];
        const provisioners = [provisioner('users', log), provisioner('cloud', log)];
        const lifecycle = lifecycleOn(store, { listeners, provisioners });
        const operation = await lifecycle.create(FOO);
        await lifecycle.idle();
        expect(log).toEqual(['provision users (provisioning)', 'provision cloud (provisioning)']);
        expect(operation).toMatchObject({ kind: 'create', tenantId: 'Foo', before: null });
        expect(operation.tenant).toMatchObject({ id: 'Foo', domain: 'foo.com', status: 'active', generation: 2 });
        expect(await store.findTenant('foo')).toEqual(operation.tenant);
        expect(notified).toEqual([
          { operationId: operation.id, kind: 'create', before: null, tenant: operation.tenant },
        ]);
        expect(await store.find(operation.id)).toMatchObject({
          state: 'done',
          step: 'finished',
          finished: ['provision:users', 'provision:cloud', 'after:billing'],
        });
      });

      it('gives one operation and one result for a request key, also when it comes twice at once', async () => {
        const lifecycle = lifecycleOn(store, { provisioners: [provisioner('users', log)] });
        const once = (): Promise<TenantOperation> => lifecycle.create(FOO, { requestKey: 'k' });
        const operations = await Promise.all([once(), once()]);
        const again = await once();
        expect(new Set([...operations, again].map(({ id }) => id)).size).toBe(1);
        expect(again.tenant).toEqual(operations[0]?.tenant);
        expect(log).toHaveLength(1);
      });

      it('refuses a request key that comes with something else, and writes nothing', async () => {
        const lifecycle = lifecycleOn(store);
        await lifecycle.create(FOO, { requestKey: 'k' });
        await expect(lifecycle.create({ ...FOO, id: 'bar' }, { requestKey: 'k' })).rejects.toMatchObject({
          code: 'MT_REQUEST_KEY_REUSED',
        });
        expect(await store.findTenant('bar')).toBeNull();
      });

      it('ignores the order of members when it compares requests', async () => {
        const lifecycle = lifecycleOn(store);
        const first = await lifecycle.create(
          { id: 'a', domain: 'a.com', settings: { x: 1, y: 2 } },
          { requestKey: 'k' },
        );
        const again = await lifecycle.create(
          { settings: { y: 2, x: 1 }, domain: 'a.com', id: 'a' },
          { requestKey: 'k' },
        );
        expect(again.id).toBe(first.id);
      });

      it('writes nothing when a listener vetoes, by throwing or by answering', async () => {
        const veto = new TenantVetoError('no licence is left');
        const throws = { name: 'a', instance: { beforeCreate: () => Promise.reject(veto) } };
        const answers = { name: 'b', instance: { beforeCreate: () => veto } };
        for (const listener of [throws, answers]) {
          const lifecycle = lifecycleOn(store, { listeners: [listener] });
          await expect(lifecycle.create(FOO, { requestKey: 'k' })).rejects.toBe(veto);
        }
        expect(await store.findTenant('foo')).toBeNull();
        await expect(lifecycleOn(store).create({ ...FOO, id: 'other' }, { requestKey: 'k' })).resolves.toBeDefined();
      });

      it('asks listeners in their order, and none behind a veto', async () => {
        const asked = (listener: string, order: number, veto?: TenantVetoError) => ({
          name: listener,
          order,
          instance: { beforeCreate: () => (log.push(listener), veto) },
        });
        const listeners = [asked('c', 3), asked('b', 2, new TenantVetoError('no')), asked('a', 1)];
        await expect(lifecycleOn(store, { listeners }).create(FOO)).rejects.toMatchObject({ code: 'MT_TENANT_VETOED' });
        expect(log).toEqual(['a', 'b']);
      });

      it('refuses what is taken, and leaves no operation behind', async () => {
        await created();
        const lifecycle = lifecycleOn(store, { provisioners: [provisioner('users', log)] });
        for (const clash of [
          { id: 'foo', domain: 'x.com' },
          { id: 'x', domain: 'www.foo.com' },
        ]) {
          await expect(lifecycle.create(clash, { requestKey: 'k' })).rejects.toMatchObject({
            code: 'MT_TENANT_EXISTS',
          });
        }
        expect(log).toEqual([]);
        await expect(lifecycle.create({ id: 'x', domain: 'x.com' }, { requestKey: 'k' })).resolves.toBeDefined();
      });

      it('tries a provisioner again, and repeats none that has finished', async () => {
        const provisioners = [provisioner('users', log), provisioner('cloud', log, 2)];
        await created(lifecycleOn(store, { provisioners }));
        expect(log.map((line) => line.split(' ')[1])).toEqual(['users', 'cloud', 'cloud', 'cloud']);
        expect(await statusOf('foo')).toBe('active');
      });

      it('takes back what was done, in reverse, when a provisioner fails for good; the id stays taken', async () => {
        const provisioners = ['users', 'rows', 'cloud', 'dns'].map((each) =>
          provisioner(each, log, each === 'cloud' ? 9 : 0),
        );
        const lifecycle = lifecycleOn(store, { provisioners });
        await expect(lifecycle.create(FOO, { requestKey: 'k' })).rejects.toMatchObject({ code: 'MT_OPERATION_FAILED' });
        expect(log.filter((line) => line.startsWith('undo'))).toEqual([
          'undo cloud (provisioning)',
          'undo rows (provisioning)',
          'undo users (provisioning)',
        ]);
        expect(await store.findTenant('foo')).toBeNull();
        await expect(lifecycle.create(FOO, { requestKey: 'k' })).rejects.toMatchObject({ code: 'MT_OPERATION_FAILED' });
        await expect(lifecycleOn(store).create(FOO)).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
        await expect(lifecycleOn(store).create({ ...FOO, id: 'foo-2' })).resolves.toBeDefined();
      });

      it('keeps a tenant that is not served when that is asked for, and resumes where it stopped', async () => {
        const provisioners = [provisioner('users', log), provisioner('cloud', log, 3)];
        const lifecycle = lifecycleOn(store, { provisioners }, { onProvisionFailure: 'keep' });
        const failure = (await lifecycle.create(FOO).catch((error: unknown) => error)) as { operationId: string };
        expect(await store.find(failure.operationId)).toMatchObject({ state: 'failed', step: 'provision' });
        expect(await statusOf('foo')).toBe('provisioning');
        await expect(lifecycle.activate('foo')).rejects.toMatchObject({ code: 'MT_TENANT_TRANSITION_REFUSED' });
        const resumed = await lifecycle.resume(failure.operationId);
        expect(resumed.tenant.status).toBe('active');
        expect(log.filter((line) => line.includes('users'))).toHaveLength(1);
        await lifecycle.idle();
        await expect(lifecycle.resume(failure.operationId)).rejects.toMatchObject({
          code: 'MT_OPERATION_NOT_RESUMABLE',
        });
      });

      it('does not resume a creation whose tenant was deleted meanwhile', async () => {
        const lifecycle = lifecycleOn(
          store,
          { provisioners: [provisioner('users', log, 3)] },
          { onProvisionFailure: 'keep' },
        );
        const { operationId } = (await lifecycle.create(FOO).catch((error: unknown) => error)) as {
          operationId: string;
        };
        await lifecycle.delete('foo');
        await lifecycle.idle();
        log.length = 0;
        await expect(lifecycle.resume(operationId)).rejects.toMatchObject({ code: 'MT_OPERATION_NOT_RESUMABLE' });
        expect(log).toEqual([]);
      });

      it('waits for input that only a request has, at once and without undoing, and continues with it', async () => {
        const seen: unknown[] = [];
        const provision = ({ input }: { input: unknown }): void => {
          seen.push(input);
          if (input === undefined) throw new TenantInputNeededError('The password of the first user');
        };
        const lifecycle = lifecycleOn(store, { provisioners: [{ name: 'users', instance: { provision } }] });
        const { operationId } = (await lifecycle.create(FOO).catch((error: unknown) => error)) as {
          operationId: string;
        };
        expect(seen).toEqual([undefined]);
        expect(await store.find(operationId)).toMatchObject({
          state: 'failed',
          error: { code: 'MT_TENANT_INPUT_NEEDED' },
        });
        expect((await lifecycle.resume(operationId, { password: 'p' })).tenant.status).toBe('active');
        expect(seen).toEqual([undefined, { password: 'p' }]);
      });

      it('records neither the input nor what foreign errors say', async () => {
        const fault = Object.assign(new TypeError('connect postgres://app:CANARY@db'), { code: 'ECONNREFUSED' });
        const provisioners = [provisioner('users', log, 9, fault)];
        const lifecycle = lifecycleOn(store, { provisioners }, { onProvisionFailure: 'keep' });
        const failure = await lifecycle.create(FOO, { input: { password: 'CANARY' } }).catch((error: unknown) => error);
        const operation = await store.find((failure as { operationId: string }).operationId);
        expect(operation?.error).toEqual({ code: 'ECONNREFUSED', message: expect.stringContaining('TypeError') });
        expect(JSON.stringify(operation)).not.toContain('CANARY');
        expect((failure as Error).message).not.toContain('CANARY');
      });
    });

    describe('one write each', () => {
      it('suspends and activates, and leaves a tenant that is so already as it is', async () => {
        const lifecycle = lifecycleOn(store);
        await created(lifecycle);
        expect((await lifecycle.suspend('foo')).tenant).toMatchObject({ status: 'suspended', generation: 3 });
        await lifecycle.idle();
        expect(await lifecycle.suspend('foo')).toMatchObject({ state: 'done', tenant: { generation: 3 } });
        expect((await lifecycle.activate('foo', { expectedGeneration: 3 })).tenant).toMatchObject({
          status: 'active',
          generation: 4,
        });
      });

      it('changes the domain and other fields in one write', async () => {
        await created();
        const { before, tenant } = await lifecycleOn(store).update('foo', { domain: 'bar.com', plan: 'gold' });
        expect(before).toMatchObject({ domain: 'foo.com', plan: 'standard', generation: 2 });
        expect(tenant).toMatchObject({ domain: 'bar.com', plan: 'gold', generation: 3 });
        await expect(lifecycleOn(store).create({ id: 'x', domain: 'foo.com' })).resolves.toBeDefined();
      });

      it('writes neither part of a change of which one is refused', async () => {
        await created();
        await expect(lifecycleOn(store).update('foo', { domain: 'bar.com', plan: '' })).rejects.toMatchObject({
          code: 'MT_TENANT_FIELD_INVALID',
        });
        expect(await store.findTenant('foo')).toMatchObject({ domain: 'foo.com', generation: 2 });
      });

      it('refuses each with its code, and writes nothing', async () => {
        const lifecycle = lifecycleOn(store);
        await created(lifecycle);
        const stale = { expectedGeneration: 1 };
        const refused: [string, () => Promise<unknown>][] = [
          ['MT_TENANT_STALE', () => lifecycle.suspend('foo', stale)],
          ['MT_TENANT_STALE', () => lifecycle.rename('foo', 'bar.com', stale)],
          ['MT_TENANT_STALE', () => lifecycle.update('foo', { plan: 'gold' }, stale)],
          ['MT_TENANT_STALE', () => lifecycle.delete('foo', stale)],
          ['MT_TENANT_UNKNOWN', () => lifecycle.suspend('missing')],
          ['MT_TENANT_UNKNOWN', () => lifecycle.delete('../etc')],
          ['MT_TENANT_TRANSITION_REFUSED', () => lifecycle.delete('super')],
          ['MT_TENANT_FIELD_INVALID', () => lifecycle.rename('foo', 'BAR')],
          ['MT_TENANT_UNDO_REFUSED', () => lifecycle.undoDelete('foo')],
          ['MT_TENANT_UNDO_REFUSED', () => lifecycle.undoDelete('missing')],
          ['MT_OPERATION_UNKNOWN', () => lifecycle.resume(randomUUID())],
          ['MT_OPERATION_UNKNOWN', () => lifecycle.resume('no uuid')],
          ['MT_ARGUMENT_INVALID', () => lifecycle.delete('foo', { gracePeriodMs: -1 })],
          ['MT_ARGUMENT_INVALID', () => lifecycle.suspend('foo', { requestKey: '' })],
        ];
        for (const [code, call] of refused) await expect(call()).rejects.toMatchObject({ code });
        expect(await store.findTenant('foo')).toMatchObject({ status: 'active', generation: 2, domain: 'foo.com' });
      });
    });

    describe('one operation of a tenant at a time', () => {
      it('refuses another one by its name, whatever it is', async () => {
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        const begun = new Promise<string>((resolve) => {
          const provision = async ({ operationId }: { operationId: string }): Promise<void> => {
            resolve(operationId);
            await held;
          };
          void lifecycleOn(store, { provisioners: [{ name: 'slow', instance: { provision } }] })
            .create(FOO)
            .then(() => log.push('done'));
        });
        const operationId = await begun;
        const lifecycle = lifecycleOn(store);
        for (const call of [() => lifecycle.delete('FOO'), () => lifecycle.update('foo', { plan: 'gold' })]) {
          await expect(call()).rejects.toMatchObject({ code: 'MT_TENANT_OPERATION_RUNNING', operationId });
        }
        expect(await store.findTenant('foo')).toMatchObject({ status: 'provisioning', generation: 1 });
        release();
        while (log.length === 0) await new Promise((resolve) => setImmediate(resolve));
      });

      it('gives an operation to one of many that poll, and to another node when its lease has ended without a heartbeat', async () => {
        await created();
        const { claim } = await store.begin(
          {
            id: randomUUID(),
            requestKey: 'k',
            fingerprint: 'f',
            kind: 'delete',
            tenantId: 'foo',
            step: 'remove',
            write: { type: 'status', to: 'deleting', from: ['active'] },
          },
          60_000,
        );
        if (claim === null) throw new Error('not begun');
        expect(await store.claimDue(60_000)).toBeNull();
        await test.advance(59_000);
        await store.renew(claim, 60_000);
        await test.advance(59_000);
        expect(await store.claimDue(60_000)).toBeNull();
        await test.advance(1_001);
        const claims = await Promise.all([1, 2, 3, 4].map(() => store.claimDue(60_000)));
        expect(claims.filter((each) => each !== null)).toHaveLength(1);
        const takenOver = { code: 'MT_OPERATION_TAKEN_OVER' };
        await expect(store.save(claim, { write: { type: 'remove' } })).rejects.toMatchObject(takenOver);
        await expect(store.renew(claim, 60_000)).rejects.toMatchObject(takenOver);
        expect(await statusOf('foo')).toBe('deleting');
      });
    });

    describe('delete', () => {
      it('blocks requests, removes the data in reverse, tombstones the id and frees the names', async () => {
        const notified: TenantChangeEvent[] = [];
        const lifecycle = lifecycleOn(store, {
          provisioners: [provisioner('users', log), provisioner('cloud', log)],
          listeners: [
            { name: 'billing', instance: { afterDelete: (event: TenantChangeEvent) => notified.push(event) } },
          ],
        });
        await created(lifecycle);
        log.length = 0;
        const operation = await lifecycle.delete('foo');
        await lifecycle.idle();
        expect(log).toEqual(['remove cloud (deleting)', 'remove users (deleting)']);
        expect(operation).toMatchObject({
          before: { status: 'active' },
          tenant: { status: 'deleting', generation: 3 },
        });
        expect(notified).toHaveLength(1);
        expect(await store.findTenant('foo')).toBeNull();
        await expect(lifecycle.create(FOO)).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
        await expect(lifecycle.create({ ...FOO, id: 'foo-2' })).resolves.toBeDefined();
      });

      it('writes nothing when a listener vetoes', async () => {
        await created();
        const listener = { name: 'legal', instance: { beforeDelete: () => new TenantVetoError('a legal hold') } };
        await expect(lifecycleOn(store, { listeners: [listener] }).delete('foo')).rejects.toMatchObject({
          code: 'MT_TENANT_VETOED',
        });
        expect(await store.findTenant('foo')).toMatchObject({ status: 'active', generation: 2 });
      });

      it('waits for the grace period, and undoes it in there, back to the status from before', async () => {
        const lifecycle = lifecycleOn(store, { provisioners: [provisioner('users', log)] });
        await created(lifecycle);
        await lifecycle.suspend('foo');
        await lifecycle.idle();
        log.length = 0;
        await lifecycle.delete('foo', { gracePeriodMs: 60_000 });
        await lifecycle.idle();
        expect(await statusOf('foo')).toBe('deleting');
        await test.advance(59_000);
        await lifecycle.resumeDue();
        expect(await lifecycle.undoDelete('foo')).toMatchObject({ state: 'done', step: 'undone' });
        await test.advance(60_000);
        await lifecycle.resumeDue();
        expect(await store.findTenant('foo')).toMatchObject({ status: 'suspended', generation: 5 });
        expect(log).toEqual([]);
      });

      it('continues when the grace period is over, and undoes nothing any more', async () => {
        const lifecycle = lifecycleOn(store, { provisioners: [provisioner('users', log)] });
        await created(lifecycle);
        log.length = 0;
        await lifecycle.delete('foo', { gracePeriodMs: 60_000 });
        await lifecycle.idle();
        await test.advance(60_001);
        await expect(lifecycle.undoDelete('foo')).rejects.toMatchObject({ code: 'MT_TENANT_UNDO_REFUSED' });
        expect(await statusOf('foo')).toBe('deleting');
        await lifecycle.resumeDue();
        expect(log).toEqual(['remove users (deleting)']);
        expect(await store.findTenant('foo')).toBeNull();
      });

      it('removes nothing before the clients are closed on all nodes, or their time is over', async () => {
        const answers = [false, false, true];
        const drained = async (id: string): Promise<boolean> => (log.push(`drained ${id}`), answers.shift() ?? true);
        const provisioners = [provisioner('users', log)];
        await created();
        await lifecycleOn(store, { provisioners }, { drained, drainTimeoutMs: 60_000 }).delete('foo');
        expect(log).toEqual([...Array<string>(3).fill('drained Foo'), 'remove users (deleting)']);
      });

      it('stays blocked when the removal fails, and resumes', async () => {
        await created();
        let down = true;
        const remove = (): void => {
          if (down) throw new Error('down');
        };
        const lifecycle = lifecycleOn(store, { provisioners: [{ name: 'users', instance: { remove } }] });
        const { operationId } = (await lifecycle.delete('foo').catch((error: unknown) => error)) as {
          operationId: string;
        };
        expect(await store.find(operationId)).toMatchObject({ state: 'failed', step: 'remove' });
        expect(await statusOf('foo')).toBe('deleting');
        await expect(lifecycle.activate('foo')).rejects.toMatchObject({ code: 'MT_TENANT_TRANSITION_REFUSED' });
        down = false;
        await lifecycle.resume(operationId);
        expect(await store.findTenant('foo')).toBeNull();
      });
    });

    describe('after-listeners', () => {
      it('are repeated until they go well, each by itself, and keep no caller waiting', async () => {
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        const afterCreate = (listener: string, failures: number) => {
          let left = failures;
          const note = async (): Promise<void> => {
            await held;
            log.push(listener);
            if (left-- > 0) throw new Error('down');
          };
          return { name: listener, instance: { afterCreate: note } };
        };
        const lifecycle = lifecycleOn(store, { listeners: [afterCreate('mail', 2), afterCreate('crm', 0)] });
        const operation = await lifecycle.create(FOO);
        await expect(lifecycle.suspend('foo')).resolves.toMatchObject({ tenant: { status: 'suspended' } });
        release();
        await lifecycle.idle();
        expect(log).toEqual(['mail', 'crm', 'mail', 'mail']);
        expect(await store.find(operation.id)).toMatchObject({ state: 'done', error: null });
      });

      it('that fail for good leave an operation that resumes with them alone', async () => {
        let down = true;
        const mail = (): void => {
          log.push('mail');
          if (down) throw new Error('down');
        };
        const listeners = [
          { name: 'mail', instance: { afterCreate: mail } },
          { name: 'crm', instance: { afterCreate: () => log.push('crm') } },
        ];
        const lifecycle = lifecycleOn(store, { listeners });
        const { id, tenant } = await created(lifecycle);
        expect(tenant.status).toBe('active');
        expect(await store.find(id)).toMatchObject({ state: 'failed', step: 'notify', finished: ['after:crm'] });
        [down, log.length] = [false, 0];
        await lifecycle.resume(id);
        await lifecycle.idle();
        expect(log).toEqual(['mail']);
        expect(await store.find(id)).toMatchObject({ state: 'done' });
      });
    });

    it('gives its operations up when it closes, and another node finishes them at once', async () => {
      const first = lifecycleOn(store, {
        provisioners: [
          provisioner('a', log),
          { name: 'b', instance: { provision: () => void first.close() } },
          provisioner('c', log),
        ],
      });
      const open = await first.create(FOO);
      expect(open).toMatchObject({ state: 'running', step: 'provision' });
      const other = lifecycleOn(store, {
        provisioners: [provisioner('a', log), provisioner('b', log), provisioner('c', log)],
      });
      await other.resumeDue();
      expect(log).toEqual(['provision a (provisioning)', 'provision c (provisioning)']);
      expect(await statusOf('foo')).toBe('active');
    });
  });
}
