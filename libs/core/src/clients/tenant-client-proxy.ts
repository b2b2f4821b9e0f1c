import type { ClsService } from 'nestjs-cls';
import { currentScope } from '../context/scope-store.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';

/** What Nest and the language look for on any provider; never the client's business. */
const NOT_FORWARDED: ReadonlySet<string | symbol> = new Set<string | symbol>([
  'then',
  'onModuleInit',
  'onModuleDestroy',
  'onApplicationBootstrap',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
  Symbol.toPrimitive,
  Symbol.toStringTag,
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.for('nodejs.util.inspect.custom'),
]);

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * Makes the singleton that stands for the current tenant's client of a kind. Whatever is done with it is done with the
 * client that the running scope has on loan; where the scope has none it throws, whether or not the client exists.
 * Methods are looked up when they are called, so that one that was kept never works on another tenant's client.
 */
export function createTenantClientProxy(kind: string, cls: ClsService): object {
  const client = (): object => currentClient(kind, cls);
  const read = readerOf(client);
  // The target is a function because some clients are: sql`select 1`.
  return new Proxy(() => undefined, {
    apply: (_target, _self, args: unknown[]) => Reflect.apply(client() as AnyFunction, undefined, args),
    get: (_target, key): unknown => {
      if (NOT_FORWARDED.has(key)) return undefined;
      return key in Object.prototype ? Reflect.get(Object.prototype, key) : read(key);
    },
    set: (_target, key, value) => Reflect.set(client(), key, value),
    has: (_target, key) => !NOT_FORWARDED.has(key) && Reflect.has(client(), key),
    deleteProperty: (_target, key) => Reflect.deleteProperty(client(), key),
    // Nest's explorers look through the prototype of every provider; there is nothing of theirs to find.
    getPrototypeOf: () => null,
    ownKeys: () => [],
    getOwnPropertyDescriptor: () => undefined,
    defineProperty: () => false,
  });
}

function currentClient(kind: string, cls: ClsService): object {
  const scope = currentScope(cls);
  if (scope !== undefined) return scope.client(kind) as object;
  throw new TenantContextMissingError(`the ${kind} client was used outside of any tenant scope`);
}

/** Reads properties of the current client; a method of a name is always the same function. */
function readerOf(client: () => object): (key: PropertyKey) => unknown {
  const methods = new Map<PropertyKey, AnyFunction>();
  return (key) => {
    const value: unknown = Reflect.get(client(), key);
    if (typeof value !== 'function') return value;
    const known = methods.get(key);
    if (known !== undefined) return known;
    const method = methodOf(client, key);
    methods.set(key, method);
    return method;
  };
}

/** A method of whatever client is current when it is called, with that client as `this`, so that private fields work. */
function methodOf(client: () => object, key: PropertyKey): AnyFunction {
  return function (...args: unknown[]): unknown {
    const current = client();
    const method = Reflect.get(current, key) as AnyFunction;
    return new.target ? Reflect.construct(method, args) : Reflect.apply(method, current, args);
  };
}
