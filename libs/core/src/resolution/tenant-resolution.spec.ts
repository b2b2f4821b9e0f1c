import { InMemoryTenantCatalog } from '../catalog/in-memory-tenant-catalog.js';
import type { ResolverTrust } from '../tenant/resolution-outcome.js';
import type { SynchronousTenantCatalog, TenantCatalogReader } from '../catalog/tenant-catalog.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';
import { TenantResolution } from './tenant-resolution.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);
const REQUEST = { platformRequest: {} } as TenantRequest;

function saying(
  answer: ResolverAnswer | (() => never),
  trust: ResolverTrust = 'network',
  phase?: 'body',
): TenantResolver {
  const resolve = typeof answer === 'function' ? answer : () => answer;
  return { name: trust, trust, resolve, ...(phase && { phase }) };
}

async function verdictOf(resolvers: TenantResolver[], reader: TenantCatalogReader = catalog): Promise<string> {
  const outcome = await new TenantResolution(resolvers, new TenantDirectory(reader)).ofHead(REQUEST);
  switch (outcome.kind) {
    case 'resolved':
      return `${outcome.tenant.id} by ${outcome.trust}`;
    case 'notApplicable':
      return 'no tenant';
    default:
      return outcome.error.code;
  }
}

describe('the outcome of all resolvers', () => {
  const [foo, bar] = [resolved('foo'), resolved('bar.com')];
  const breaks = (): never => {
    throw new TypeError('x is not a function');
  };

  it.each<[string, TenantResolver[], string]>([
    ['one tenant', [saying(foo)], 'foo by network'],
    [
      'the same tenant by two names, with the highest trust',
      [saying(foo), saying(resolved('FOO.com'), 'verified')],
      'foo by verified',
    ],
    ['no tenant', [saying(notApplicable), saying(notApplicable)], 'no tenant'],
    ['two tenants', [saying(foo), saying(bar, 'verified')], 'MT_TENANT_CONFLICT'],
    ['the super tenant and another', [saying(resolved('super'), 'verified'), saying(foo)], 'MT_TENANT_CONFLICT'],
    ['an unknown tenant', [saying(resolved('nosuch'))], 'MT_TENANT_UNKNOWN'],
    ['a known and an unknown tenant', [saying(foo), saying(resolved('nosuch'), 'verified')], 'MT_TENANT_UNKNOWN'],
    ['a known and a weak unknown one', [saying(foo), saying(resolved('nosuch', { weak: true }))], 'foo by network'],
    ['only a weak unknown one', [saying(resolved('nosuch', { weak: true }))], 'MT_TENANT_UNKNOWN'],
    ['a rejection beside a tenant', [saying(foo), saying(rejected('it is odd'))], 'MT_TENANT_IDENTIFIER_INVALID'],
    ['a malformed identifier', [saying(resolved('f\u212A'))], 'MT_TENANT_IDENTIFIER_INVALID'],
    ['a property name of every object', [saying(resolved('constructor'))], 'MT_TENANT_UNKNOWN'],
    ['a resolver that breaks', [saying(foo), saying(breaks)], 'MT_RESOLVER_FAILED'],
  ])('of %s', async (_case, resolvers, expected) => {
    expect(await verdictOf(resolvers)).toBe(expected);
  });

  it('reports an outage of the catalog as an outage, and not as an unknown tenant', async () => {
    const down: TenantCatalogReader = {
      findByIdentifier: () => Promise.reject(new Error('connection refused')),
      findById: () => Promise.reject(new Error('connection refused')),
      list: () => Promise.reject(new Error('connection refused')),
    };
    expect(await verdictOf([saying(foo)], down)).toBe('MT_CATALOG_UNAVAILABLE');
    expect(await verdictOf([saying(resolved('super'))], down)).toBe('super by network');
  });

  it.each([5, true, {}, ['foo'], { kind: 'resolved' }, { kind: 'resolved', identifier: 5 }])(
    'treats %j from a resolver as a fault, and refuses the request',
    async (answer) => {
      expect(await verdictOf([saying(foo), saying(answer as never)])).toBe('MT_TENANT_IDENTIFIER_INVALID');
    },
  );

  it('takes undefined from a catalog for "unknown", and a peek that throws for no answer', async () => {
    const map = new Map<string, never>();
    const careless: TenantCatalogReader & SynchronousTenantCatalog = {
      peekByIdentifier: () => {
        throw new Error('not ready');
      },
      findByIdentifier: async (identifier) => map.get(identifier) as never,
      findById: async (id) => map.get(id) as never,
      list: async () => ({ items: [], next: null }),
    };
    expect(await verdictOf([saying(foo)], careless)).toBe('MT_TENANT_UNKNOWN');
  });

  it('stays synchronous with synchronous resolvers and a catalog that knows', () => {
    expect(new TenantResolution([saying(foo)], new TenantDirectory(catalog)).ofHead(REQUEST)).not.toBeInstanceOf(
      Promise,
    );
  });

  it('evaluates the body as well, and lets it conflict', async () => {
    const resolution = new TenantResolution(
      [saying(foo), saying(bar, 'network', 'body')],
      new TenantDirectory(catalog),
    );
    const head = await resolution.ofHead(REQUEST);
    expect(head).toMatchObject({ kind: 'resolved', tenant: { id: 'foo' } });
    expect(await resolution.ofWhole(REQUEST, head)).toMatchObject({ kind: 'conflict' });
  });

  it('reports what each resolver answered', async () => {
    const outcome = await new TenantResolution(
      [saying(foo), saying(notApplicable, 'proxy')],
      new TenantDirectory(catalog),
    ).ofHead(REQUEST);
    expect(outcome.trace).toEqual([
      { resolver: 'network', trust: 'network', answer: 'resolved', identifier: 'foo', tenantId: 'foo' },
      { resolver: 'proxy', trust: 'proxy', answer: 'notApplicable' },
    ]);
  });
});
