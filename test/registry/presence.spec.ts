import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TenantClientRegistry, TenantClientRegistryOptions } from '@tenantry/core';
import { TenantClientRegistries } from '../../libs/core/src/clients/tenant-client-registries.js';
import { codeOf, settle, setUp } from './support/harness.js';
import type { TestClient } from './support/harness.js';

type Options = Partial<TenantClientRegistryOptions<TestClient>>;

const NAMES = ['loaded', 'unloaded'] as const;

let received: string[];
let unsubscribeAll: () => void;
beforeEach(() => {
  received = [];
  const offs = NAMES.map((name) => {
    const listener = (event: unknown): void => void received.push(`${name} ${JSON.stringify(event)}`);
    subscribe(`tenantry:tenant:${name}`, listener);
    return () => unsubscribe(`tenantry:tenant:${name}`, listener);
  });
  unsubscribeAll = () => offs.forEach((off) => off());
});
afterEach(() => unsubscribeAll());

/** What the channels have published since the last call. */
async function published(): Promise<string[]> {
  await settle();
  return received.splice(0);
}

/** An application's kinds `db` and `cloud`. */
function application(options: Options = {}) {
  const kinds = new TenantClientRegistries();
  const db = setUp({ ...options, name: 'db' });
  const cloud = setUp({ ...options, name: 'cloud' });
  for (const { registry } of [db, cloud]) kinds.register(registry as unknown as TenantClientRegistry<unknown>);
  return { kinds, db: db.registry, cloud: cloud.registry, make: db.make, clock: db.clock };
}

const LOADED = 'loaded {"tenantId":"foo"}';
const UNLOADED = 'unloaded {"tenantId":"foo"}';

describe('a tenant is loaded with its first client and unloaded with its last one', () => {
  it('whatever the kinds of them', async () => {
    const { db, cloud } = application();
    (await db.acquire('foo')).release();
    expect(await published()).toEqual([LOADED]);
    (await cloud.acquire('foo')).release();
    await db.evict('foo');
    expect(await published()).toEqual([]);
    await cloud.evict('foo');
    expect(await published()).toEqual([UNLOADED]);
    (await db.acquire('foo')).release();
    expect(await published()).toEqual([LOADED]);
  });

  it('whichever of its kinds goes first', async () => {
    const { db, cloud } = application();
    (await db.acquire('foo')).release();
    (await cloud.acquire('foo')).release();
    await cloud.evict('foo');
    expect(await published()).toEqual([LOADED]);
    await db.evict('foo');
    expect(await published()).toEqual([UNLOADED]);
  });

  it('each tenant by itself, without regard to case', async () => {
    const { db, cloud } = application();
    (await db.acquire('foo')).release();
    (await cloud.acquire('FOO')).release();
    (await cloud.acquire('bar')).release();
    expect(await published()).toEqual([LOADED, 'loaded {"tenantId":"bar"}']);
    await db.evict('foo');
    await cloud.evict('bar');
    expect(await published()).toEqual(['unloaded {"tenantId":"bar"}']);
    await cloud.evict('foo');
    expect(await published()).toEqual(['unloaded {"tenantId":"FOO"}']);
  });

  it('when it is adopted', async () => {
    const { db, make } = application();
    await db.add('foo', make('foo'));
    expect(await published()).toEqual([LOADED]);
  });

  it('when it is detached, though it is still in use', async () => {
    const { db } = application();
    const lease = await db.acquire('foo');
    const evicting = db.evict('foo');
    expect(await published()).toEqual([LOADED, UNLOADED]);
    lease.release();
    await evicting;
    expect(await published()).toEqual([]);
  });

  it('not when a refresh or a replacement puts a successor in the place', async () => {
    const { db, make } = application({ template: {} });
    (await db.acquire('foo')).release();
    await db.refresh('foo');
    await db.add('foo', make('foo'), { onExisting: 'replace' });
    await db.create('foo', { onExisting: 'replace' });
    expect(await published()).toEqual([LOADED]);
    await db.evict('foo');
    expect(await published()).toEqual([UNLOADED]);
  });

  it('when it is evicted for another tenant', async () => {
    const { db } = application({ maxClients: 1 });
    (await db.acquire('foo')).release();
    (await db.acquire('bar')).release();
    expect(await published()).toEqual([LOADED, UNLOADED, 'loaded {"tenantId":"bar"}']);
  });

  it.each<[string, Options, number]>([
    ['has been idle', { idleTimeoutMs: 100 }, 101],
    ['fails its check', { check: () => false }, 0],
  ])('when it %s', async (_why, options, ms) => {
    const { db, clock } = application(options);
    (await db.acquire('foo')).release();
    clock.advance(ms);
    await db.cleanUp();
    expect(await published()).toEqual([LOADED, UNLOADED]);
  });

  it('not when its creation fails, nor when a client comes too late', async () => {
    const { db, cloud } = application({ create: (tenantId) => Promise.reject(new Error(`no ${tenantId}`)) });
    expect(await codeOf(db.acquire('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
    const late = codeOf(cloud.acquire('foo'));
    await cloud.evict('foo');
    await late;
    expect(await published()).toEqual([]);
  });

  it('when the last registry that has it closes', async () => {
    const { db, cloud } = application();
    (await db.acquire('foo')).release();
    (await cloud.acquire('foo')).release();
    await db.close();
    expect(await published()).toEqual([LOADED]);
    await cloud.close();
    expect(await published()).toEqual([UNLOADED]);
  });

  it('in each application by itself', async () => {
    const [one, other] = [application(), application()];
    (await one.db.acquire('foo')).release();
    (await other.db.acquire('foo')).release();
    expect(await published()).toEqual([LOADED, LOADED]);
    await one.db.close();
    expect(await published()).toEqual([UNLOADED]);
    await other.cloud.acquire('foo');
    expect(await published()).toEqual([]);
  });
});

describe('a listener to the tenants of one application', () => {
  it('is called for that one only, until it is removed', async () => {
    const [one, other] = [application(), application()];
    const events: unknown[] = [];
    const offs = NAMES.map((name) => one.kinds.presence.on(name, (event) => events.push([name, event])));
    await one.db.use('foo', () => undefined);
    await other.db.use('bar', () => undefined);
    await one.db.evict('foo');
    await settle();
    offs.forEach((off) => off());
    await one.db.use('baz', () => undefined);
    await settle();
    expect(events).toEqual([
      ['loaded', { tenantId: 'foo' }],
      ['unloaded', { tenantId: 'foo' }],
    ]);
  });

  it('does no harm when it throws', async () => {
    const { kinds, db } = application();
    kinds.presence.on('loaded', () => {
      throw new Error('observer');
    });
    await db.use('foo', () => undefined);
    expect(await published()).toEqual([LOADED]);
  });
});
