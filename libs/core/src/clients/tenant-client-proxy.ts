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

/**
 * Makes the singleton that stands for the current tenant's client of a kind. Whatever is done with it is done with the
 * client that the running scope has on loan; where the scope has none it throws, whether or not the client exists.
 */
export function createTenantClientProxy(kind: string, cls: ClsService): object {
  const bound = new WeakMap<object, Map<PropertyKey, Bound>>();
  const client = (): object => {
    const scope = currentScope(cls);
    if (scope === undefined)
      throw new TenantContextMissingError(`the ${kind} client was used outside of any tenant scope`);
    return scope.client(kind) as object;
  };
  return new Proxy(Object.create(null) as object, {
    get: (_target, key): unknown => {
      if (NOT_FORWARDED.has(key)) return undefined;
      return key in Object.prototype ? Reflect.get(Object.prototype, key) : readFrom(client(), key, bound);
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

interface Bound {
  readonly method: (...args: unknown[]) => unknown;
  readonly bound: (...args: unknown[]) => unknown;
}

/** A property of the client; methods bound to it, so that private fields work, and always the same function. */
function readFrom(client: object, key: PropertyKey, cache: WeakMap<object, Map<PropertyKey, Bound>>): unknown {
  const value: unknown = Reflect.get(client, key);
  if (typeof value !== 'function') return value;
  const method = value as Bound['method'];
  const methods = cache.get(client) ?? new Map<PropertyKey, Bound>();
  cache.set(client, methods);
  const known = methods.get(key);
  if (known?.method === method) return known.bound;
  const bound = method.bind(client);
  methods.set(key, { method, bound });
  return bound;
}
