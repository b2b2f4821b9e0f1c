import { inspect } from 'node:util';
import { ClsServiceManager } from 'nestjs-cls';
import { InMemoryTenantCatalog } from '../../catalog/in-memory-tenant-catalog.js';
import type { ScopeClients } from '../../context/scope-clients.js';
import { runInScope } from '../../context/scope-store.js';
import { TenantScope } from '../../context/tenant-scope.js';
import { createTenantClientProxy } from './tenant-client-proxy.js';

const cls = ClsServiceManager.getClsService();
const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);

/** Runs a function in the scope of a tenant that has leased a client. */
function as<R>(id: string, client: unknown, fn: () => R): R {
  const tenant = catalog.peekByIdentifier(id) ?? undefined;
  if (tenant === undefined) throw new Error(`no ${id}`);
  const home = { clients: {} as ScopeClients, open: () => scope, closed: () => undefined, refusalOf: () => null };
  const scope: TenantScope = new TenantScope({ kind: 'resolved', tenant, trust: 'verified', trace: [] }, home);
  if (client !== undefined) scope.hold('db', { client, release: () => undefined });
  return runInScope(cls, scope, fn);
}

class Client {
  readonly #name: string;
  Part = class {
    readonly made = true;
  };
  constructor(name: string) {
    this.#name = name;
  }
  who(): string {
    return this.#name;
  }
  get upper(): string {
    return this.#name.toUpperCase();
  }
}

describe('the singleton that stands for a tenant’s client', () => {
  const db = createTenantClientProxy('db', cls) as Client & ((text: string) => string);
  const foo = new Client('foo');
  const bar = new Client('bar');

  it('reaches methods, accessors and private fields of the current client', () => {
    expect(as('foo', foo, () => [db.who(), db.upper, 'who' in db, new db.Part().made])).toEqual([
      'foo',
      'FOO',
      true,
      true,
    ]);
  });

  it('never lets a kept method work on another tenant’s client', () => {
    const kept = as('foo', foo, () => db.who);
    expect(as('bar', bar, () => kept())).toBe('bar');
    expect(() => kept()).toThrow(/outside of any tenant scope/);
  });

  it('can be called where the client is a function', () => {
    const sql = (text: string): string => `foo: ${text}`;
    expect(as('foo', sql, () => db('select 1'))).toBe('foo: select 1');
  });

  it('writes through', () => {
    const client: Record<string, unknown> = {};
    as('foo', client, () => Object.assign(db, { colour: 'red' }));
    expect(client['colour']).toBe('red');
  });

  it('throws outside of a scope and in a scope without the client, and says what to do', () => {
    expect(() => db.who()).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
    expect(() => as('foo', undefined, () => db.who())).toThrow(/Await tenantContext\.acquire\("db"\)/);
  });

  it('shows nothing to Nest, to await and to the console outside of a scope', async () => {
    expect(Object.getPrototypeOf(db)).toBeNull();
    expect(Object.keys(db)).toEqual([]);
    expect(Reflect.get(db, 'onModuleInit')).toBeUndefined();
    expect(await Promise.resolve(db)).toBe(db);
    expect(String(db)).toBe('[object Function]');
    expect(inspect(db)).toBe('[tenant client db]');
  });
});
