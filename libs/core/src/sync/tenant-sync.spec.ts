import { setImmediate as turn } from 'node:timers/promises';
import { createTenantClientRegistry } from '../clients/tenant-client-provider.js';
import { DEFAULT_REGISTRY_LIMITS } from '../registry/registry-options.js';
import { OpenScopes } from '../context/open-scopes.js';
import type { ScopeClients } from '../context/scope-clients.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import type { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import { CachedTenantCatalog } from '../catalog/cached-tenant-catalog.js';
import { InMemoryTenantCatalog } from '../catalog/in-memory-tenant-catalog.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';
import { ManualClock } from '@tenantry/testing';
import type { Tenant } from '../tenant/tenant.js';
import { TenantSync } from './tenant-sync.js';
import type { ChangedTenant } from './tenant-sync.js';

interface Client {
  readonly tenantId: string;
  readonly generation: number;
  disposed: boolean;
}

class FlakyCatalog extends InMemoryTenantCatalog {
  outage = false;
  readonly asked: string[] = [];

  override async findById(id: string): Promise<Tenant | null> {
    this.asked.push(id);
    if (this.outage) throw new Error('connection refused');
    return super.findById(id);
  }
}

class World {
  readonly clock = new ManualClock();
  readonly source = new FlakyCatalog(['foo', 'bar', 'baz'].map((id) => ({ id, domain: `${id}.com` })));
  readonly cache = new CachedTenantCatalog(this.source, { clock: this.clock });
  readonly kinds = new TenantClientRegistries();
  readonly made: Client[] = [];
  /** Called before a client is made; may throw or wait. */
  make: (tenant: Tenant) => unknown = () => undefined;
  readonly directory = new TenantDirectory(this.cache);
  readonly db = this.kind('db');
  readonly cloud = this.kind('cloud');
  readonly node = new TenantSync({
    catalog: this.cache,
    directory: this.directory,
    kinds: this.kinds,
    scopes: new OpenScopes({ clients: {} as ScopeClients, directory: this.directory, clock: this.clock }),
    clock: this.clock,
  });

  kind(name: string): TenantClientRegistry<Client> {
    const options = {
      create: async (tenant: Tenant): Promise<Client> => {
        await this.make(tenant);
        const client = { tenantId: tenant.id, generation: tenant.generation, disposed: false };
        this.made.push(client);
        return client;
      },
      dispose: (client: Client) => void (client.disposed = true),
    };
    const { kinds, clock, directory } = this;
    const registry = createTenantClientRegistry({
      name,
      options,
      shape: 'function',
      defaults: { ...DEFAULT_REGISTRY_LIMITS },
      clock,
      directory,
      kinds,
    });
    kinds.register(registry as unknown as TenantClientRegistry<unknown>);
    return registry;
  }

  async use(...ids: string[]): Promise<void> {
    for (const registry of [this.db, this.cloud]) for (const id of ids) (await registry.acquire(id)).release();
  }

  generations(id: string): (number | undefined)[] {
    return [this.db, this.cloud].map((registry) => registry.peek(id)?.generation);
  }

  async settled(): Promise<void> {
    await this.node.settled();
    await turn();
  }
}

const changeOf = ({ id, status, generation }: Tenant): ChangedTenant => ({ tenantId: id, status, generation });

describe('a node that is notified of changes', () => {
  let world: World;
  beforeEach(() => void (world = new World()));

  it.each(['suspended', 'deleting', 'deleted'] as const)(
    'detaches every client of a tenant that is %s at once, and disposes it when its lease is released',
    async (status) => {
      await world.use('foo', 'bar');
      const lease = await world.db.acquire('foo');
      world.node.apply([{ tenantId: 'FOO', status, generation: 1 }]);
      expect(world.generations('foo')).toEqual([undefined, undefined]);
      await world.settled();
      expect(lease.client.disposed).toBe(false);
      lease.release();
      await turn();
      expect(lease.client.disposed).toBe(true);
      expect(world.generations('bar')).toEqual([1, 1]);
    },
  );

  it('drops the tenant under all its names, and every name that was cached as unknown', async () => {
    await world.cache.findByIdentifier('foo.com');
    await world.cache.findByIdentifier('bar.com');
    expect(await world.cache.findByIdentifier('new.com')).toBeNull();
    world.node.apply([changeOf(await world.source.rename('foo', 'new.com'))]);
    expect(world.cache.peekByIdentifier('foo.com')).toBeUndefined();
    expect(world.cache.peekByIdentifier('new.com')).toBeUndefined();
    expect(world.cache.peekByIdentifier('bar.com')?.id).toBe('bar');
    expect((await world.cache.findByIdentifier('new.com'))?.id).toBe('foo');
  });

  it('renews the clients that were made from an older record, and leases the old ones until then', async () => {
    await world.use('foo');
    world.node.apply([changeOf(await world.source.update('foo', { plan: 'gold' }))]);
    expect(world.generations('foo')).toEqual([1, 1]);
    await world.settled();
    expect(world.generations('foo')).toEqual([2, 2]);
    expect(world.made.map(({ disposed }) => disposed)).toEqual([true, true, false, false]);
  });

  it('does nothing more when the same change arrives again, later, or when its clients know it already', async () => {
    await world.source.suspend('foo');
    const active = await world.source.activate('foo');
    await world.use('foo');
    const suspended: ChangedTenant = { tenantId: 'foo', status: 'suspended', generation: 2 };
    for (const changes of [[suspended], [suspended, changeOf(active)], [changeOf(active)]]) {
      world.node.apply(changes);
      await world.settled();
    }
    expect(world.made).toHaveLength(2);
    expect(world.generations('foo')).toEqual([3, 3]);
    expect(world.node.pending).toBe(0);
  });

  it('makes no client of a tenant that has none', async () => {
    world.node.apply([changeOf(await world.source.update('foo', { plan: 'gold' }))]);
    await world.settled();
    expect(world.made).toEqual([]);
  });

  it('detaches a client that cannot be renewed: new settings are never ignored', async () => {
    await world.use('foo', 'bar');
    world.make = ({ id }) => {
      if (id === 'foo') throw new Error('the new host does not answer');
    };
    const changes = [
      changeOf(await world.source.update('foo', { plan: 'gold' })),
      changeOf(await world.source.update('bar', { plan: 'gold' })),
    ];
    world.node.apply(changes);
    await world.settled();
    expect(world.generations('foo')).toEqual([undefined, undefined]);
    expect(world.generations('bar')).toEqual([2, 2]);
  });

  it('renews a client once more that was being made from the older record', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.make = ({ generation }) => (generation === 1 ? held : undefined);
    const making = world.db.acquire('foo');
    await turn();
    world.node.apply([changeOf(await world.source.update('foo', { plan: 'gold' }))]);
    release();
    expect((await making).client.generation).toBe(1);
    await turn();
    await world.settled();
    expect(world.db.peek('foo')?.generation).toBe(2);
  });

  it('renews a client once when a request has read the newer record before the notice of the change arrives', async () => {
    await world.use('foo');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.make = () => held;
    const changed = await world.source.update('foo', { plan: 'gold' });
    world.kinds.origins.compare(world.db.peek('foo'), changed);
    await turn();
    world.node.apply([changeOf(changed)]);
    await turn();
    release();
    await world.settled();
    expect(world.generations('foo')).toEqual([2, 2]);
    expect(world.made.map(({ generation }) => generation)).toEqual([1, 1, 2, 2]);
  });

  it('gives up a client that is being made when its tenant is suspended', async () => {
    world.make = () => new Promise(() => undefined);
    const making = world.db.acquire('foo');
    await turn();
    world.node.apply([changeOf(await world.source.suspend('foo'))]);
    await expect(making).rejects.toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED' });
  });

  it('renews a few tenants at once, so that a slow one holds up neither the call nor the closing of another', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
    for (const id of ids) await world.source.create({ id, domain: `${id}.com` });
    await world.use(...ids);
    let [running, most] = [0, 0];
    world.make = async () => {
      most = Math.max(most, (running += 1));
      await turn();
      running -= 1;
    };
    const changes: ChangedTenant[] = [];
    for (const id of ids) changes.push(changeOf(await world.source.update(id, { plan: 'gold' })));
    world.node.apply([...changes, { tenantId: 't7', status: 'deleted', generation: 2 }]);
    expect(world.generations('t7')).toEqual([undefined, undefined]);
    await world.settled();
    expect(most).toBeLessThanOrEqual(16);
    expect(ids.filter((id) => world.db.peek(id)?.generation !== 2)).toEqual(['t7']);
  });

  it('leaves the super tenant alone, and whatever is no tenant id', async () => {
    const factory = jest.fn();
    world.db.on('evicted', factory);
    await world.db.add('super', { tenantId: 'super', generation: 1, disposed: false });
    world.node.apply([
      { tenantId: 'Super', status: 'deleted', generation: 9 },
      { tenantId: '../x', status: 'deleted', generation: 9 },
    ]);
    world.node.resync();
    await world.settled();
    expect(world.db.has('super')).toBe(true);
    expect(factory).not.toHaveBeenCalled();
  });
});

describe('a node that is notified that everything may have changed', () => {
  let world: World;
  beforeEach(() => void (world = new World()));

  it('drops its cache and updates the clients to the records of the catalog', async () => {
    await world.use('foo', 'bar', 'baz');
    await world.cache.findByIdentifier('foo.com');
    await world.source.suspend('foo');
    await world.source.update('bar', { plan: 'gold' });
    world.node.resync();
    expect(world.cache.peekByIdentifier('foo.com')).toBeUndefined();
    await world.settled();
    expect(['foo', 'bar', 'baz'].map((id) => world.generations(id))).toEqual([
      [undefined, undefined],
      [2, 2],
      [1, 1],
    ]);
    expect(world.made).toHaveLength(8);
  });

  it('renews clients that know a later record than the catalog, as after a restored backup', async () => {
    await world.source.update('foo', { plan: 'gold' });
    await world.use('foo');
    const restored = new FlakyCatalog([{ id: 'foo', domain: 'foo.com' }]);
    world.source.findById = (id) => restored.findById(id);
    world.node.resync();
    await world.settled();
    expect(world.generations('foo')).toEqual([1, 1]);
  });

  it('sends no look-up for tenants without clients', async () => {
    await world.use('foo');
    world.source.asked.length = 0;
    world.node.resync();
    await world.settled();
    expect(world.source.asked).toEqual(['foo']);
  });

  it('leaves clients as they are while the catalog cannot be asked, and asks again', async () => {
    await world.use('foo', 'bar');
    await world.source.suspend('foo');
    world.source.outage = true;
    world.node.resync();
    await world.settled();
    expect(world.generations('foo')).toEqual([1, 1]);
    expect(world.node.pending).toBe(2);
    world.clock.advance(5_000);
    await world.settled();
    expect(world.generations('foo')).toEqual([1, 1]);
    world.source.outage = false;
    world.clock.advance(5_000);
    await world.settled();
    expect(world.generations('foo')).toEqual([undefined, undefined]);
    expect(world.generations('bar')).toEqual([1, 1]);
    expect(world.node.pending).toBe(0);
  });

  it('leaves no timer behind at shutdown', async () => {
    await world.use('foo');
    world.source.outage = true;
    const before = world.clock.pendingTimers;
    world.node.resync();
    await world.settled();
    expect(world.clock.pendingTimers).toBe(before + 1);
    world.node.beforeApplicationShutdown();
    expect(world.clock.pendingTimers).toBe(before);
    expect(world.node.pending).toBe(0);
  });
});
