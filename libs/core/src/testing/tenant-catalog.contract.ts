import type {
  NewTenant,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChanges,
  TenantFilter,
  TenantListQuery,
  TenantPage,
} from '../catalog/tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';
import { eachOf } from './test-runner.js';
import type { TestRunner } from './test-runner.js';

/** A catalog with both faces. */
export type TenantCatalog = TenantCatalogReader & TenantCatalogWriter;

type TenantSort = NonNullable<TenantListQuery['sort']>;

const SORTS = (['id', 'domain', 'name', 'createdAt'] as const).flatMap((by) =>
  (['asc', 'desc'] as const).map((direction): TenantSort => ({ by, direction })),
);
const REFUSED_CURSOR = { code: 'MT_ARGUMENT_INVALID', argument: 'after' };

const FOO: NewTenant = { id: 'Foo-1', domain: 'foo.com', aliases: ['www.foo.com', 'foo.example'] };

/**
 * What every catalog must do, whatever it is stored in.
 *
 * @param runner the functions of the test runner
 * @param open gives an empty catalog, a new one for each test
 */
export function describeTenantCatalog(runner: TestRunner, name: string, open: () => Promise<TenantCatalog>): void {
  const { beforeEach, describe, expect, it } = runner;
  const each = eachOf(runner);
  describe(`TenantCatalog: ${name}`, () => {
    let catalog: TenantCatalog;

    beforeEach(async () => {
      catalog = await open();
    });

    describe('create', () => {
      it('records a tenant with its defaults at generation 1', async () => {
        const created = await catalog.create(FOO);
        expect(created).toEqual({
          id: 'Foo-1',
          domain: 'foo.com',
          aliases: ['www.foo.com', 'foo.example'],
          name: 'Foo-1',
          status: 'active',
          plan: 'standard',
          settings: {},
          generation: 1,
        });
        expect(await catalog.findById('Foo-1')).toEqual(created);
      });

      it('keeps everything that it is given', async () => {
        const settings = { theme: "d'arc", nested: { list: [1, 2.5, null, true, 'ü€😀'], b: 'x\u0000\n"\\' }, a: 1 };
        await catalog.create({
          id: 'x',
          domain: 'x.io',
          name: "L'Été % _ \\",
          plan: 'gold',
          settings,
          status: 'provisioning',
        });
        const found = await catalog.findById('x');
        expect(found).toMatchObject({
          name: "L'Été % _ \\",
          plan: 'gold',
          settings,
          status: 'provisioning',
          aliases: [],
        });
        expect(JSON.stringify(found?.settings)).toBe(JSON.stringify(settings));
      });

      it('gives records that cannot be changed', async () => {
        await catalog.create({ ...FOO, settings: { nested: { deep: 1 } } });
        const found = (await catalog.findByIdentifier('foo.com')) as Tenant;
        expect(
          Object.isFrozen(found) && Object.isFrozen(found.aliases) && Object.isFrozen(found.settings['nested']),
        ).toBe(true);
      });

      each([
        ['id', { id: 'Foo-1', domain: 'free.com' }],
        ['id', { id: 'FOO-1', domain: 'free.com' }],
        ['id', { id: 'foo.com', domain: 'free.com' }],
        ['id', { id: 'WWW.foo.com', domain: 'free.com' }],
        ['domain', { id: 'free', domain: 'foo.com' }],
        ['domain', { id: 'free', domain: 'foo.example' }],
        ['domain', { id: 'free', domain: 'foo-1' }],
        ['aliases', { id: 'free', domain: 'free.com', aliases: ['other.com', 'foo.com'] }],
        ['aliases', { id: 'free', domain: 'free.com', aliases: ['www.foo.com'] }],
        ['aliases', { id: 'free', domain: 'free.com', aliases: ['foo-1'] }],
        ['id', { id: 'foo-1', domain: 'foo.com', aliases: ['foo.example'] }],
        ['domain', { id: 'free', domain: 'foo.com', aliases: ['aaa.com', 'foo.example'] }],
      ] as const)('refuses a taken %s and writes nothing: %j', async (field, input) => {
        await catalog.create(FOO);
        await expect(catalog.create(input)).rejects.toMatchObject({
          code: 'MT_TENANT_EXISTS',
          message: expect.stringContaining(`The ${field} `) as string,
        });
        expect(await ids(catalog)).toEqual(['Foo-1']);
        expect(await catalog.isDomainAvailable('other.com')).toBe(true);
        expect(await catalog.isDomainAvailable('aaa.com')).toBe(true);
      });

      it('names the value that is taken', async () => {
        await catalog.create(FOO);
        const attempt = catalog.create({
          id: 'free',
          domain: 'free.com',
          aliases: ['z.com', 'foo.example', 'a.com', 'foo.com'],
        });
        await expect(attempt).rejects.toThrow('"foo.example"');
      });

      each([
        ['id', { id: '', domain: 'a.com' }],
        ['id', { id: 'super', domain: 'a.com' }],
        ['id', { id: 'SUPER', domain: 'a.com' }],
        ['id', { id: 'LocalHost', domain: 'a.com' }],
        ['id', { id: "a'b", domain: 'a.com' }],
        ['id', { id: 'a\u0000', domain: 'a.com' }],
        ['id', { id: 'a'.repeat(64), domain: 'a.com' }],
        ['id', { id: 7, domain: 'a.com' }],
        ['domain', { id: 'a' }],
        ['domain', { id: 'a', domain: 'A.com' }],
        ['domain', { id: 'a', domain: 'a.com.' }],
        ['domain', { id: 'a', domain: 'a..com' }],
        ['domain', { id: 'a', domain: '-a.com' }],
        ['domain', { id: 'a', domain: '127.0.0.1' }],
        ['domain', { id: 'a', domain: `${'a.'.repeat(126)}com` }],
        ['domain', { id: 'a', domain: 'super' }],
        ['domain', { id: 'a', domain: 'localhost' }],
        ['domain', { id: 'a', domain: 'bücher.example' }],
        ['aliases', { id: 'a', domain: 'a.com', aliases: ['a b'] }],
        ['aliases', { id: 'a', domain: 'a.com', aliases: ['free.com', 'localhost.localdomain'] }],
        ['aliases', { id: 'a', domain: 'a.com', aliases: 'free.com' }],
        ['aliases', { id: 'a', domain: 'a.com', aliases: Array.from({ length: 101 }, (_, n) => `a${n}.com`) }],
        ['name', { id: 'a', domain: 'a.com', name: ' ' }],
        ['name', { id: 'a', domain: 'a.com', name: 'a\u0000' }],
        ['plan', { id: 'a', domain: 'a.com', plan: '' }],
        ['settings', { id: 'a', domain: 'a.com', settings: [] }],
        ['status', { id: 'a', domain: 'a.com', status: 'suspended' }],
      ])('refuses a malformed %s, names it and writes nothing: %j', async (field, input) => {
        const attempt = catalog.create(input as NewTenant);
        await expect(attempt).rejects.toMatchObject({ code: 'MT_TENANT_FIELD_INVALID', field });
        await expect(attempt).rejects.toThrow(field);
        expect(await ids(catalog)).toEqual([]);
        for (const domain of ['a.com', 'free.com']) expect(await catalog.isDomainAvailable(domain)).toBe(true);
      });

      it('lets a tenant have its id as its domain', async () => {
        await catalog.create({ id: 'Bar.com', domain: 'bar.com' });
        expect((await catalog.findByIdentifier('bar.com'))?.id).toBe('Bar.com');
        await catalog.rename('Bar.com', 'new.com');
        expect((await catalog.findByIdentifier('bar.com'))?.domain).toBe('new.com');
        await catalog.rename('Bar.com', 'bar.com');
        expect(await catalog.findByIdentifier('new.com')).toBeNull();
      });

      it('lets exactly one of many at once have a name', async () => {
        const attempts = Array.from({ length: 8 }, (_, n) =>
          catalog.create({
            id: `t${n}`,
            domain: `d${n}.com`,
            aliases: n % 2 ? ['x.com', 'y.com'] : ['y.com', 'x.com'],
          }),
        );
        const results = await Promise.allSettled(attempts);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'MT_TENANT_EXISTS' });
        }
        expect(await ids(catalog)).toHaveLength(1);
      });
    });

    describe('find', () => {
      beforeEach(() => catalog.create(FOO));

      each(['foo-1', 'foo.com', 'www.foo.com', 'foo.example'])('finds by identifier %s', async (identifier) => {
        expect((await catalog.findByIdentifier(identifier))?.id).toBe('Foo-1');
      });

      each(['Foo-1', 'foo-1', 'FOO-1'])('finds by id %s', async (id) => {
        expect((await catalog.findById(id))?.id).toBe('Foo-1');
      });

      each(['', 'unknown', 'foo', 'foo.com.', '%', "' or 1=1", '__proto__', 'super', 'a\u0000b', 'FOO.com'])(
        'answers null for the identifier %j',
        async (identifier) => {
          expect(await catalog.findByIdentifier(identifier)).toBeNull();
        },
      );

      it('does not treat a character that only lower-cases to a letter of the id as that letter', async () => {
        await catalog.create({ id: 'kk', domain: 'kk.com' });
        expect(await catalog.findById('\u212a\u212a')).toBeNull();
        await expect(catalog.suspend('\u212a\u212a')).rejects.toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
      });

      each(['', 'foo.com', 'foo_1', '__proto__', 'super', 'a\u0000b'])('answers null for the id %j', async (id) => {
        expect(await catalog.findById(id)).toBeNull();
      });
    });

    describe('update', () => {
      beforeEach(() => catalog.create({ ...FOO, settings: { a: 1 } }));

      it('changes what is given, keeps the rest, and grows the generation', async () => {
        const updated = await catalog.update('foo-1', { name: 'Foo', settings: { b: 2 } });
        expect(updated).toMatchObject({
          id: 'Foo-1',
          name: 'Foo',
          settings: { b: 2 },
          plan: 'standard',
          generation: 2,
        });
        expect(await catalog.findByIdentifier('foo.com')).toEqual(updated);
      });

      it('exchanges aliases: the old are free, the new lead here', async () => {
        await catalog.update('Foo-1', { aliases: ['www.foo.com', 'new.com'] });
        expect(await catalog.findByIdentifier('foo.example')).toBeNull();
        expect((await catalog.findByIdentifier('new.com'))?.aliases).toEqual(['www.foo.com', 'new.com']);
        expect(await catalog.isDomainAvailable('foo.example')).toBe(true);
      });

      it("refuses another tenant's name and writes nothing", async () => {
        await catalog.create({ id: 'bar', domain: 'bar.com', aliases: ['bar.example'] });
        for (const alias of ['bar.com', 'bar.example', 'bar']) {
          const attempt = catalog.update('Foo-1', { aliases: ['gained.com', alias], plan: 'gold' });
          await expect(attempt).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
        }
        expect(await catalog.findById('Foo-1')).toMatchObject({
          plan: 'standard',
          generation: 1,
          aliases: FOO.aliases,
        });
        expect(await catalog.isDomainAvailable('gained.com')).toBe(true);
      });

      each([
        ['name', { name: '', plan: 'gold' }],
        ['plan', { plan: 'x'.repeat(64), name: 'Other' }],
        ['aliases', { aliases: ['gained.com', 'NO'], plan: 'gold' }],
        ['settings', { settings: null, plan: 'gold' }],
      ])('refuses a malformed %s and changes nothing: %j', async (field, changes) => {
        const before = await catalog.findById('Foo-1');
        const attempt = catalog.update('Foo-1', changes as TenantChanges);
        await expect(attempt).rejects.toMatchObject({ code: 'MT_TENANT_FIELD_INVALID', field });
        expect(await catalog.findById('Foo-1')).toEqual(before);
        expect(await catalog.isDomainAvailable('gained.com')).toBe(true);
      });

      it('refuses a change on top of another one', async () => {
        await catalog.update('Foo-1', { plan: 'gold' }, { expectedGeneration: 1 });
        const attempt = catalog.update('Foo-1', { plan: 'lead' }, { expectedGeneration: 1 });
        await expect(attempt).rejects.toMatchObject({ code: 'MT_TENANT_STALE', tenantId: 'Foo-1' });
        expect((await catalog.findById('Foo-1'))?.plan).toBe('gold');
      });

      it('loses none of many changes at once', async () => {
        await Promise.all(Array.from({ length: 10 }, (_, n) => catalog.update('Foo-1', { name: `name ${n}` })));
        expect((await catalog.findById('Foo-1'))?.generation).toBe(11);
      });

      it('lets one of many that saw the same generation win', async () => {
        const attempts = Array.from({ length: 6 }, (_, n) =>
          catalog.update('Foo-1', { name: `${n}` }, { expectedGeneration: 1 }),
        );
        const results = await Promise.allSettled(attempts);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await catalog.findById('Foo-1'))?.generation).toBe(2);
      });
    });

    describe('rename', () => {
      beforeEach(() => catalog.create(FOO));

      it('moves the tenant, and frees the old domain at once', async () => {
        expect(await catalog.rename('Foo-1', 'moved.com')).toMatchObject({ domain: 'moved.com', generation: 2 });
        expect(await catalog.findByIdentifier('foo.com')).toBeNull();
        expect((await catalog.findByIdentifier('moved.com'))?.id).toBe('Foo-1');
        await catalog.create({ id: 'next', domain: 'foo.com' });
        expect((await catalog.findByIdentifier('foo.com'))?.id).toBe('next');
      });

      it('turns an alias into the domain', async () => {
        expect(await catalog.rename('Foo-1', 'foo.example')).toMatchObject({
          domain: 'foo.example',
          aliases: ['www.foo.com'],
        });
        expect((await catalog.findByIdentifier('foo.example'))?.id).toBe('Foo-1');
      });

      it('refuses a taken and a malformed domain', async () => {
        await catalog.create({ id: 'bar', domain: 'bar.com' });
        await expect(catalog.rename('Foo-1', 'bar.com')).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
        await expect(catalog.rename('Foo-1', 'NO')).rejects.toMatchObject({ code: 'MT_TENANT_FIELD_INVALID' });
        expect(await catalog.findByIdentifier('foo.com')).toMatchObject({ generation: 1 });
      });
    });

    describe('status', () => {
      it('goes from provisioning to active to suspended and back, one generation each', async () => {
        await catalog.create({ ...FOO, status: 'provisioning' });
        expect(await catalog.activate('Foo-1')).toMatchObject({ status: 'active', generation: 2 });
        expect(await catalog.suspend('foo-1')).toMatchObject({ status: 'suspended', generation: 3 });
        expect(await catalog.suspend('Foo-1')).toMatchObject({ status: 'suspended', generation: 3 });
        expect(await catalog.findByIdentifier('foo.com')).toMatchObject({ status: 'suspended' });
        expect(await catalog.activate('Foo-1')).toMatchObject({ status: 'active', generation: 4 });
      });

      it('refuses to suspend a tenant that was never active', async () => {
        await catalog.create({ ...FOO, status: 'provisioning' });
        await expect(catalog.suspend('Foo-1')).rejects.toMatchObject({ code: 'MT_TENANT_TRANSITION_REFUSED' });
      });
    });

    describe('delete', () => {
      beforeEach(() => catalog.create(FOO));

      it('removes the tenant, frees its domain and aliases, and keeps its id indefinitely', async () => {
        await catalog.delete('foo-1');
        for (const name of ['foo-1', 'foo.com', 'www.foo.com']) expect(await catalog.findByIdentifier(name)).toBeNull();
        expect(await catalog.findById('Foo-1')).toBeNull();
        expect(await ids(catalog)).toEqual([]);
        await expect(catalog.create({ id: 'FOO-1', domain: 'other.com' })).rejects.toMatchObject({
          code: 'MT_TENANT_EXISTS',
        });
        await expect(catalog.create({ id: 'other', domain: 'foo-1' })).rejects.toMatchObject({
          code: 'MT_TENANT_EXISTS',
        });
        expect(await catalog.isDomainAvailable('foo-1')).toBe(false);
        expect(await catalog.create({ ...FOO, id: 'second' })).toMatchObject({ domain: 'foo.com', generation: 1 });
      });

      it('checks the expected generation', async () => {
        await expect(catalog.delete('Foo-1', { expectedGeneration: 7 })).rejects.toMatchObject({
          code: 'MT_TENANT_STALE',
        });
        await catalog.delete('Foo-1', { expectedGeneration: 1 });
        expect(await catalog.findById('Foo-1')).toBeNull();
      });
    });

    describe('every change', () => {
      const changes: [string, (id: string) => Promise<unknown>][] = [
        ['update', (id) => catalog.update(id, { plan: 'gold' })],
        ['rename', (id) => catalog.rename(id, 'new.com')],
        ['activate', (id) => catalog.activate(id)],
        ['suspend', (id) => catalog.suspend(id)],
        ['delete', (id) => catalog.delete(id)],
      ];

      each(changes)('%s refuses unknown and deleted tenants', async (_name, change) => {
        await catalog.create(FOO);
        await catalog.delete('Foo-1');
        for (const id of ['unknown', 'Foo-1', '__proto__', 'a\u0000b', '', 7 as unknown as string]) {
          await expect(change(id)).rejects.toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
        }
      });

      each(changes.filter(([name]) => name !== 'activate'))(
        '%s rejects a stale generation and writes nothing',
        async (name) => {
          const made = await catalog.create(FOO);
          const stale = { expectedGeneration: 2 };
          const attempts: Record<string, () => Promise<unknown>> = {
            update: () => catalog.update('Foo-1', { aliases: ['gained.com'] }, stale),
            rename: () => catalog.rename('Foo-1', 'gained.com', stale),
            suspend: () => catalog.suspend('Foo-1', stale),
            delete: () => catalog.delete('Foo-1', stale),
          };
          await expect(attempts[name]?.()).rejects.toMatchObject({ code: 'MT_TENANT_STALE', tenantId: 'Foo-1' });
          expect(await catalog.findById('Foo-1')).toEqual(made);
          expect(await catalog.isDomainAvailable('gained.com')).toBe(true);
        },
      );

      each(changes)('%s refuses the super tenant', async (_name, change) => {
        for (const id of ['super', 'SUPER']) {
          await expect(change(id)).rejects.toMatchObject({ code: 'MT_TENANT_TRANSITION_REFUSED' });
        }
      });
    });

    describe('isDomainAvailable', () => {
      it('is true for free, well-formed domains only', async () => {
        await catalog.create(FOO);
        const free = async (domain: string): Promise<boolean> => catalog.isDomainAvailable(domain);
        expect(await free('free.com')).toBe(true);
        for (const domain of ['foo.com', 'www.foo.com', 'foo-1', 'super', 'Free.com', '', '1.2.3.4', 'a\u0000b']) {
          expect([domain, await free(domain)]).toEqual([domain, false]);
        }
      });
    });

    describe('list', () => {
      it('pages in byte order of the lower-cased id, each tenant once', async () => {
        const inOrder = ['0', 'A', 'a-b', 'a.b', 'A0', 'a_b', 'aa', 'B', 'b-1', 'Z'];
        for (const [n, id] of [...inOrder].reverse().entries()) await catalog.create({ id, domain: `t${n}.com` });
        const pages = await allPages(catalog, { limit: 3 });
        expect(pages.map(({ items }) => items.length)).toEqual([3, 3, 3, 1]);
        expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(inOrder);
      });

      it('ends with null when the last page is full', async () => {
        for (const id of ['a', 'b']) await catalog.create({ id, domain: `${id}.com` });
        expect(await catalog.list({ limit: 2 })).toMatchObject({ next: null });
      });

      it('continues where the last tenant of a page was deleted meanwhile', async () => {
        for (const id of ['a', 'b', 'c']) await catalog.create({ id, domain: `${id}.com` });
        const { next } = await catalog.list({ limit: 1 });
        await catalog.delete('a');
        const { items } = await catalog.list({ limit: 1, after: next as string });
        expect(items.map(({ id }) => id)).toEqual(['b']);
      });

      each([
        [{ status: 'suspended' }, ['b']],
        [{ plan: 'gold' }, ['c']],
        [{ plan: 'GOLD' }, []],
        [{ status: 'active', plan: 'standard' }, ['a', 'd']],
        [{ domain: { equals: 'A.foo.com' } }, ['a']],
        [{ domain: { startsWith: 'b' } }, ['b']],
        [{ domain: { endsWith: '.FOO.com' } }, ['a', 'b']],
        [{ domain: { contains: 'foo' } }, ['a', 'b', 'd']],
        [{ domain: { startsWith: 'a', endsWith: '.com' } }, ['a']],
        [{ domain: { contains: '' } }, ['a', 'b', 'c', 'd']],
        [{ domain: { contains: '%' } }, []],
        [{ domain: { contains: '_' } }, []],
        [{ domain: { startsWith: '\\' } }, []],
        [{ domain: { endsWith: "'" } }, []],
        [{ domain: { equals: 'a\u0000' } }, []],
        [{ status: 'deleting' }, []],
      ] as [TenantFilter, string[]][])('filters by %j', async (filter, expected) => {
        await catalog.create({ id: 'a', domain: 'a.foo.com' });
        await catalog.create({ id: 'b', domain: 'b.foo.com' });
        await catalog.suspend('b');
        await catalog.create({ id: 'c', domain: 'c.org', plan: 'gold' });
        await catalog.create({ id: 'd', domain: 'd-foo.net' });
        expect((await catalog.list({ filter })).items.map(({ id }) => id)).toEqual(expected);
      });

      each([
        [{ by: 'id' }, ['a', 'b', 'C', 'd', 'e']],
        [{ by: 'id', direction: 'desc' }, ['e', 'd', 'C', 'b', 'a']],
        [{ by: 'domain' }, ['e', 'C', 'b', 'd', 'a']],
        [{ by: 'domain', direction: 'desc' }, ['a', 'd', 'b', 'C', 'e']],
        [{ by: 'name' }, ['a', 'C', 'd', 'b', 'e']],
        [{ by: 'name', direction: 'desc' }, ['e', 'b', 'd', 'C', 'a']],
        [{ by: 'createdAt' }, ['C', 'e', 'a', 'd', 'b']],
        [{ by: 'createdAt', direction: 'desc' }, ['b', 'd', 'a', 'e', 'C']],
      ] as [TenantSort, string[]][])(
        'pages by %j, each tenant once, whatever the size of a page',
        async (sort, expected) => {
          await createInTurn(catalog, [
            { id: 'C', domain: 'b-1.com', name: 'same' },
            { id: 'e', domain: 'a.com', name: '\u{1F600}' },
            { id: 'a', domain: 'c.com', name: 'Alpha' },
            { id: 'd', domain: 'b2.com', name: 'SAME' },
            { id: 'b', domain: 'b.com', name: 'Été' },
          ]);
          for (const limit of [1, 2, 5]) {
            const pages = await allPages(catalog, { limit, sort });
            expect(pages).toHaveLength(Math.ceil(5 / limit));
            expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(expected);
          }
        },
      );

      it('sorts names by code points: what lies beyond the first 65,536 comes last', async () => {
        await catalog.create({ id: 'a', domain: 'a.com', name: '\u{1F600}' });
        await catalog.create({ id: 'b', domain: 'b.com', name: '\uFFFD' });
        expect((await catalog.list({ sort: { by: 'name' } })).items.map(({ id }) => id)).toEqual(['b', 'a']);
      });

      each(SORTS)('gives the pages of a filter the order that was asked for: %j', async (sort) => {
        const tenants = ['z', 'c', 'x', 'a'].map((id) => ({ id, domain: `${id}.com`, name: id, plan: 'gold' }));
        await createInTurn(catalog, [{ id: 'm', domain: 'm.com' }, ...tenants]);
        const order = sort.by === 'createdAt' ? ['z', 'c', 'x', 'a'] : ['a', 'c', 'x', 'z'];
        const pages = await allPages(catalog, {
          limit: 3,
          sort,
          filter: { plan: 'gold', domain: { endsWith: '.com' } },
        });
        const found = pages.flatMap(({ items }) => items.map(({ id }) => id));
        expect(found).toEqual(sort.direction === 'desc' ? order.reverse() : order);
      });

      each(SORTS)('continues by %j where tenants came and went meanwhile', async (sort) => {
        const tenants = ['a', 'c', 'e', 'g'].map((id) => ({ id, domain: `${id}.com`, name: id }));
        await createInTurn(catalog, tenants);
        const first = await catalog.list({ limit: 2, sort });
        await catalog.delete((first.items[1] as Tenant).id);
        const rest = await catalog.list({ sort, after: first.next as string });
        const order = sort.direction === 'desc' ? ['c', 'a'] : ['e', 'g'];
        expect(rest.items.map(({ id }) => id)).toEqual(order);
      });

      it('refuses a cursor of another sort, and one of no list at all', async () => {
        await createInTurn(
          catalog,
          ['a', 'b'].map((id) => ({ id, domain: `${id}.com` })),
        );
        const cursors = new Map<TenantSort, string>();
        for (const sort of SORTS) cursors.set(sort, (await catalog.list({ limit: 1, sort })).next as string);
        for (const sort of SORTS) {
          for (const [origin, after] of cursors) {
            if (origin === sort) expect((await catalog.list({ sort, after })).items).toHaveLength(1);
            else await expect(catalog.list({ sort, after })).rejects.toMatchObject(REFUSED_CURSOR);
          }
        }
      });

      each([
        '',
        'a',
        "'",
        '\u0000',
        '\u{1F600}',
        'W10',
        ...[
          null,
          {},
          'id',
          [],
          ['id', 'asc'],
          ['id', 'asc', 'a', 'a', 'a'],
          ['createdAt', 'asc', 'x', 'a'],
          ['createdAt', 'asc', '1e3', 'a'],
          ['createdAt', 'asc', '9'.repeat(30), 'a'],
          ['name', 'asc', 1, 'a'],
          ['name', 'asc', 'a\u0000', 'a'],
          ['name', 'asc', 'a', "a' or true --"],
          ['name', 'asc', 'a', null],
          ['name', 'asc', { a: 1 }, 'a'],
          ['domain', 'sideways', 'a', 'a'],
        ].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url')),
      ])('refuses the crafted cursor %j', async (after) => {
        await catalog.create({ id: 'b', domain: 'b.com' });
        for (const sort of SORTS) {
          await expect(catalog.list({ after, sort })).rejects.toMatchObject(REFUSED_CURSOR);
        }
      });

      it('refuses a cursor that was altered, and one that is no text', async () => {
        await createInTurn(
          catalog,
          ['a', 'b'].map((id) => ({ id, domain: `${id}.com` })),
        );
        const next = (await catalog.list({ limit: 1 })).next as string;
        for (const after of [`${next}=`, `${next}A`, ` ${next}`, next.slice(1), 7 as unknown as string]) {
          await expect(catalog.list({ after })).rejects.toMatchObject(REFUSED_CURSOR);
        }
      });

      each([
        [{ by: 'plan' }, 'sort.by'],
        [{ by: '__proto__' }, 'sort.by'],
        [{}, 'sort.by'],
        [{ by: 'id', direction: 'DESC' }, 'sort.direction'],
        [{ by: 'name', direction: 'desc; drop' }, 'sort.direction'],
      ])('refuses the sort %j', async (sort, argument) => {
        const refusal = { code: 'MT_ARGUMENT_INVALID', argument };
        await expect(catalog.list({ sort: sort as TenantSort })).rejects.toMatchObject(refusal);
      });

      each([
        [{ status: 'Active' }, 'filter.status'],
        [{ status: '' }, 'filter.status'],
        [{ plan: 7 }, 'filter.plan'],
        [{ plann: 'gold' }, 'filter.plann'],
        [{ domain: { endswith: '.com' } }, 'filter.domain.endswith'],
        [{ domain: { contains: 7 } }, 'filter.domain.contains'],
        [{ domain: { equals: ['a.com'] } }, 'filter.domain.equals'],
      ])('refuses the filter %j', async (filter, argument) => {
        const refusal = { code: 'MT_ARGUMENT_INVALID', argument };
        await expect(catalog.list({ filter: filter as TenantFilter })).rejects.toMatchObject(refusal);
      });

      each([0, -1, 1.5, 1001, Number.NaN])('refuses the limit %j', async (limit) => {
        await expect(catalog.list({ limit })).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
      });
    });
  });
}

/** Records tenants one after the other, each at a time of its own: the clock of an embedded database counts milliseconds. */
async function createInTurn(catalog: TenantCatalog, tenants: readonly NewTenant[]): Promise<void> {
  for (const tenant of tenants) {
    const before = Date.now();
    while (Date.now() <= before) await new Promise((resolve) => setImmediate(resolve));
    await catalog.create(tenant);
  }
}

async function allPages(catalog: TenantCatalogReader, query: TenantListQuery): Promise<TenantPage[]> {
  const pages: TenantPage[] = [];
  let after: string | null | undefined;
  while (after !== null) {
    const page: TenantPage = await catalog.list({ ...query, ...(after === undefined ? {} : { after }) });
    pages.push(page);
    after = page.next;
  }
  return pages;
}

async function ids(catalog: TenantCatalogReader): Promise<string[]> {
  return (await catalog.list()).items.map(({ id }) => id);
}
