import { InMemoryTenantLifecycleStore, TenantVetoError } from '@tenantry/lifecycle';
import type { Participant, TenantChangeEvent, TenantLifecycleListener } from '@tenantry/lifecycle';
import { lifecycleOn } from '@tenantry/lifecycle/testing';

const FOO = { id: 'foo', domain: 'foo.com' };

describe('a listener with before and after', () => {
  let log: string[];
  const audit: Participant<TenantLifecycleListener> = {
    name: 'audit',
    instance: {
      before: ({ kind, tenant }: TenantChangeEvent) => void log.push(`before ${kind} ${tenant.id}`),
      beforeSuspend: () => void log.push('beforeSuspend'),
      after: ({ kind, tenant }: TenantChangeEvent) => void log.push(`after ${kind} ${tenant.status}`),
      afterCreate: () => void log.push('afterCreate'),
    },
  };

  beforeEach(() => {
    log = [];
  });

  it('is called for changes of every kind, each time before the method of that kind', async () => {
    const lifecycle = lifecycleOn(new InMemoryTenantLifecycleStore(), { listeners: [audit] });
    await lifecycle.create(FOO);
    await lifecycle.idle();
    await lifecycle.suspend('foo');
    await lifecycle.idle();
    expect(log).toEqual([
      'before create foo',
      'after create active',
      'afterCreate',
      'before suspend foo',
      'beforeSuspend',
      'after suspend suspended',
    ]);
  });

  it('refuses a change by returning a veto, and the methods after it are not called', async () => {
    const before = ({ kind }: TenantChangeEvent): TenantVetoError | undefined =>
      kind === 'suspend' ? new TenantVetoError('the contract forbids it') : undefined;
    const guard = { name: 'guard', instance: { before, beforeSuspend: () => void log.push('never') } };
    const lifecycle = lifecycleOn(new InMemoryTenantLifecycleStore(), { listeners: [guard] });
    await lifecycle.create(FOO);
    await expect(lifecycle.suspend('foo')).rejects.toMatchObject({ code: 'MT_TENANT_VETOED' });
    expect(log).toEqual([]);
  });

  it('is called again when a method after it has failed', async () => {
    let failures = 2;
    const afterCreate = (): void => {
      failures -= 1;
      if (failures > 0) throw new Error('mail server down');
    };
    const listener = { name: 'mail', instance: { after: () => void log.push('after'), afterCreate } };
    const lifecycle = lifecycleOn(new InMemoryTenantLifecycleStore(), { listeners: [listener] });
    await lifecycle.create(FOO);
    await lifecycle.idle();
    expect(log).toEqual(['after', 'after']);
  });
});
