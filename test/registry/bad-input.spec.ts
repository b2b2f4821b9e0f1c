import { TenantClientRegistry } from '@tenantry/core';
import type { OnExisting, TenantClientRegistryOptions } from '@tenantry/core';
import { setUp } from './support/harness.js';
import type { TestClient } from './support/harness.js';

type Registry = TenantClientRegistry<TestClient, unknown>;

describe('a bad option stops the making of a registry, with its name, its value and the range', () => {
  const good = { name: 'db', create: () => ({}) };
  const cases: [string, unknown, string][] = [
    ...['idleTimeoutMs', 'maxLifetimeMs', 'maxWeight'].flatMap((name): [string, unknown, string][] =>
      [0, -1, NaN, '5', null].map((value) => [name, value, 'a number above 0, or Infinity']),
    ),
    ...['createTimeoutMs', 'acquireTimeoutMs', 'disposeTimeoutMs'].flatMap((name): [string, unknown, string][] =>
      [0, -1, NaN, Infinity, '5', null].map((value) => [name, value, 'a number above 0']),
    ),
    ...['drainTimeoutMs', 'retryBackoffMs'].flatMap((name): [string, unknown, string][] =>
      [-1, NaN, Infinity, '5', null].map((value) => [name, value, 'a number of at least 0']),
    ),
    ...[0, -1, 1.5, NaN, '5', null].map((value): [string, unknown, string] => [
      'maxClients',
      value,
      'a whole number of at least 1, or Infinity',
    ]),
    ...[-1, 1.5, NaN, Infinity, '5', null].map((value): [string, unknown, string] => [
      'maxWaiting',
      value,
      'a whole number of at least 0',
    ]),
    ...['create', 'dispose', 'weigh', 'check', 'random'].map((name): [string, unknown, string] => [
      name,
      'x',
      'a function',
    ]),
  ];

  it.each(cases)('%s: %p', (name, value, range) => {
    const options = { ...good, [name]: value } as unknown as TenantClientRegistryOptions<object>;
    const shown = typeof value === 'string' ? `"${value}"` : String(value);
    expect(() => new TenantClientRegistry(options)).toThrow(
      expect.objectContaining({
        code: 'MT_OPTIONS_INVALID',
        option: `db.${name}`,
        message: `Option db.${name} is ${shown}. Allowed: ${range}.`,
      }),
    );
  });

  it.each([undefined, '', '  ', 7])('name: %p', (name) => {
    const options = { ...good, name } as unknown as TenantClientRegistryOptions<object>;
    expect(() => new TenantClientRegistry(options)).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option: 'name' }),
    );
  });

  it.each([undefined, null, 'db'])('options: %p', (options) => {
    const given = options as unknown as TenantClientRegistryOptions<object>;
    expect(() => new TenantClientRegistry(given)).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  });

  it('accepts the ends of the ranges', () => {
    const least = { maxClients: 1, maxWaiting: 0, drainTimeoutMs: 0, retryBackoffMs: 0, idleTimeoutMs: 0.5 };
    const most = {
      maxClients: Infinity,
      idleTimeoutMs: Infinity,
      maxLifetimeMs: Infinity,
      maxWeight: Infinity,
      createTimeoutMs: 1e15,
    };
    expect(() => [
      new TenantClientRegistry({ ...good, ...least }),
      new TenantClientRegistry({ ...good, ...most }),
    ]).not.toThrow();
  });
});

describe('a malformed tenant id is refused by every member', () => {
  const members: [string, (registry: Registry, id: string) => unknown][] = [
    ['get', (registry, id) => registry.get(id)],
    ['getOrThrow', (registry, id) => registry.getOrThrow(id)],
    ['peek', (registry, id) => registry.peek(id)],
    ['has', (registry, id) => registry.has(id)],
    ['tryAcquire', (registry, id) => registry.tryAcquire(id)],
    ['pin', (registry, id) => registry.pin(id)],
    ['unpin', (registry, id) => registry.unpin(id)],
    ['acquire', (registry, id) => registry.acquire(id)],
    ['use', (registry, id) => registry.use(id, () => undefined)],
    ['create', (registry, id) => registry.create(id)],
    ['createFrom', (registry, id) => registry.createFrom(id, {})],
    ['add', (registry, id) => registry.add(id, { id: 0, tenantId: id, closed: 0 })],
    ['refresh', (registry, id) => registry.refresh(id)],
    ['evict', (registry, id) => registry.evict(id)],
  ];

  it.each(members)('%s', async (_name, member) => {
    const { registry, create } = setUp({ template: {} });
    for (const id of ['', ' ', '-a', 'a b', '../x', 'a'.repeat(64), '__proto__', null, undefined, 5]) {
      const call = async (): Promise<unknown> => member(registry, id as string);
      await expect(call()).rejects.toMatchObject({ code: 'MT_TENANT_IDENTIFIER_INVALID' });
    }
    expect(create).not.toHaveBeenCalled();
    expect(registry.stats()).toMatchObject({ hits: 0, misses: 0, occupied: 0 });
  });
});

describe('a bad argument is refused with its name, its value and the range, and changes nothing', () => {
  const cases: [string, string, unknown, (registry: Registry, value: never) => Promise<unknown>][] = [
    ...[0, -1, NaN, '5', null].map((value): (typeof cases)[number] => [
      'acquire',
      'timeoutMs',
      value,
      (registry, timeoutMs) => registry.acquire('foo', { timeoutMs }),
    ]),
    ...[-1, NaN, '5', null].flatMap((value): typeof cases => [
      ['cleanUp', 'idleMs', value, (registry, idleMs) => registry.cleanUp(idleMs)],
      ['close', 'deadlineMs', value, (registry, deadlineMs) => registry.close({ deadlineMs })],
    ]),
    ...['no', null].flatMap((value): typeof cases => [
      ['create', 'onExisting', value, (registry, onExisting: OnExisting) => registry.create('foo', { onExisting })],
      [
        'add',
        'onExisting',
        value,
        (registry, onExisting: OnExisting) => registry.add('foo', {} as TestClient, { onExisting }),
      ],
    ]),
    ...[null, undefined].map((value): (typeof cases)[number] => [
      'add',
      'client',
      value,
      (registry, client) => registry.add('foo', client),
    ]),
    ['add', 'dispose', 'no', (registry, dispose) => registry.add('foo', {} as TestClient, { dispose })],
  ];

  it.each(cases)('%s with %s: %p', async (_member, argument, value, call) => {
    const { registry, create } = setUp({ template: {} });
    const shown = typeof value === 'string' ? `"${value}"` : String(value);
    await expect(call(registry, value as never)).rejects.toMatchObject({
      code: 'MT_ARGUMENT_INVALID',
      argument,
      message: expect.stringContaining(`Argument ${argument} is ${shown}. Allowed: `),
    });
    expect(create).not.toHaveBeenCalled();
    expect(registry.closed).toBe(false);
    expect(registry.stats()).toMatchObject({ occupied: 0, creating: 0 });
  });
});

describe('unknown tenants', () => {
  it('are undefined, false or an error with a remedy, as documented', async () => {
    const { registry } = setUp();
    expect([registry.get('foo'), registry.peek('foo'), registry.tryAcquire('foo')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([registry.has('foo'), registry.pin('foo'), registry.unpin('foo'), await registry.evict('foo')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(() => registry.getOrThrow('foo')).toThrow(
      expect.objectContaining({ code: 'MT_CLIENT_NOT_FOUND', tenantId: 'foo' }),
    );
    await expect(registry.refresh('foo')).rejects.toMatchObject({ code: 'MT_CLIENT_NOT_FOUND' });
  });
});

describe('create, createFrom and add', () => {
  it('need a template, or options, or a client', async () => {
    const { registry } = setUp();
    await expect(registry.create('foo')).rejects.toMatchObject({ code: 'MT_TEMPLATE_MISSING' });
    expect(await registry.createFrom('foo', { a: 1 })).toBe(registry.getOrThrow('foo'));
  });

  it.each(['create', 'createFrom', 'add'] as const)('%s says what to do with what is there', async (member) => {
    const { registry, make } = setUp({ template: {} });
    const put = (onExisting?: OnExisting): Promise<unknown> => {
      const options = onExisting && { onExisting };
      if (member === 'add') return registry.add('foo', make('foo'), options);
      return member === 'create' ? registry.create('foo', options) : registry.createFrom('foo', {}, options);
    };
    await put();
    const first = registry.peek('foo');
    await expect(put()).rejects.toMatchObject({ code: 'MT_CLIENT_EXISTS', tenantId: 'foo' });
    await expect(put('error')).rejects.toMatchObject({ code: 'MT_CLIENT_EXISTS' });
    expect(await put('keep')).toBe(member === 'add' ? false : first);
    expect(registry.peek('foo')).toBe(first);
    await put('replace');
    expect(registry.peek('foo')).not.toBe(first);
    expect(first?.closed).toBe(1);
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1 });
  });

  it('give each factory its own copy of the template, made for the tenant when it is a function', async () => {
    const shared = { list: [] as string[] };
    const { registry, make } = setUp({
      template: shared,
      create: (tenantId, { options }) => {
        (options as typeof shared).list.push(tenantId);
        return make(tenantId);
      },
    });
    await registry.create('foo');
    await registry.acquire('bar');
    expect(shared).toEqual({ list: [] });
    const seen: unknown[] = [];
    const made = setUp({
      template: (tenantId: string) => ({ url: `https://${tenantId}.example` }),
      create: (tenantId, { options }) => (seen.push(options), make(tenantId)),
    });
    await made.registry.create('foo');
    expect(seen).toEqual([{ url: 'https://foo.example' }]);
  });
});
