import { CatalogUnavailableError } from '@tenantry/core';
import { InMemoryTenantLifecycleStore, LifecycleParticipants, TenantLifecycle } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantLifecycleEvent, TenantProvisioner } from '@tenantry/lifecycle';
import { ManualClock } from '@tenantry/testing';
import { PostgresTenantLifecycleStore } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { until } from '../support/until.js';
import { lifecycleOn } from '@tenantry/lifecycle/testing';

const FOO = { id: 'foo', domain: 'foo.com' };
const LEASE_MS = 3_000;

describe('a claim', () => {
  it('lasts as long as its node sends heartbeats, and a node that lost it has to stop', async () => {
    const clock = new ManualClock();
    const store = new InMemoryTenantLifecycleStore(clock);
    let signal: AbortSignal | undefined;
    const slow: TenantProvisioner = {
      provision: async (context: ProvisioningContext) => {
        ({ signal } = context);
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      },
    };
    const participants = new LifecycleParticipants([], [{ name: 'slow', instance: slow }]);
    const options = { store, clock, leaseMs: LEASE_MS, repeatWaitMs: 0 };
    const creation = new TenantLifecycle(options, { participants: () => participants }).create(FOO);
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await until(() => signal !== undefined);

    await pass(30);
    expect(await store.claimDue(LEASE_MS)).toBeNull();
    const renew = jest.spyOn(store, 'renew').mockRejectedValue(new CatalogUnavailableError(undefined));
    await pass(3);
    const other = await store.claimDue(LEASE_MS);
    expect(other).not.toBeNull();
    expect(signal?.aborted).toBe(false);
    renew.mockRestore();
    await pass(1);
    expect(signal?.aborted).toBe(true);
    expect(await creation).toMatchObject({ state: 'running', step: 'provision', finished: [] });
  });

  it('that was lost lets the caller wait for the result of the node that has it', async () => {
    const store = new InMemoryTenantLifecycleStore();
    const other = lifecycleOn(store);
    const begin = store.begin.bind(store);
    jest.spyOn(store, 'begin').mockImplementation(async (operation) => {
      const begun = await begin(operation, 0);
      await other.resumeDue();
      return begun;
    });
    expect(await lifecycleOn(store).create(FOO)).toMatchObject({ state: 'done', tenant: { status: 'active' } });
  });
});

describe('an outage of the store', () => {
  it('does not stop polling: the next poll finds what is due', async () => {
    const clock = new ManualClock();
    const store = new InMemoryTenantLifecycleStore(clock);
    const events: TenantLifecycleEvent[] = [];
    const lifecycle = new TenantLifecycle({ store, clock, report: (event) => events.push(event) });
    const begun = {
      id: 'o',
      requestKey: 'k',
      fingerprint: 'f',
      kind: 'create',
      tenantId: 'foo',
      step: 'provision',
      write: { type: 'create', tenant: FOO },
    } as const;
    await store.begin(begun, 0);
    jest.spyOn(store, 'claimDue').mockRejectedValueOnce(new CatalogUnavailableError(undefined));
    lifecycle.start();
    await lifecycle.idle();
    expect(events).toMatchObject([{ type: 'interrupted', cause: { code: 'MT_CATALOG_UNAVAILABLE' } }]);
    clock.advance(5_000);
    await lifecycle.idle();
    expect(await store.findTenant('foo')).toMatchObject({ status: 'active' });
    await lifecycle.close();
    expect(clock.pendingTimers).toBe(0);
  });

  const cause = new Error('connect ECONNREFUSED');
  const down: SqlDatabase = {
    query: () => Promise.reject(cause),
    transaction: () => Promise.reject(cause),
    close: () => Promise.resolve(),
  };
  const store = new PostgresTenantLifecycleStore(down);
  const claim = { operationId: '00000000-0000-4000-8000-000000000000', token: '00000000-0000-4000-8000-000000000001' };

  it.each<[string, () => Promise<unknown>]>([
    ['findTenant', () => store.findTenant('foo')],
    ['find', () => store.find(claim.operationId)],
    ['findByRequestKey', () => store.findByRequestKey('k', 'f')],
    ['claimDue', () => store.claimDue(1_000)],
    ['reopen', () => store.reopen(claim.operationId, 1_000)],
    ['renew', () => store.renew(claim, 1_000)],
    ['save', () => store.save(claim, {})],
    ['undoDelete', () => store.undoDelete('foo')],
  ])('%s of PostgresTenantLifecycleStore throws and keeps the cause; it never answers null', async (_name, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE', cause });
  });
});
