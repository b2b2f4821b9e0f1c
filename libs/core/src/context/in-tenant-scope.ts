import { ClsServiceManager } from 'nestjs-cls';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { currentScope, runToEnd } from './scope-store.js';

/** Options of {@link InTenantScope}. */
export interface InTenantScopeOptions {
  /** Client kinds that the method needs for as long as it runs. Default: none. */
  readonly clients?: readonly string[];
}

/**
 * Gives each call of a method a scope of its own, for the tenant of its caller. For work that outlives its caller:
 * handlers of `@nestjs/cqrs` events and of `@OnEvent`, which continue after the request is over and has released its clients.
 * The method becomes asynchronous.
 *
 * @throws from the method: `MT_CONTEXT_MISSING` where the caller has no scope, what is wrong with the tenant, the
 *   registry's errors
 */
export function InTenantScope({ clients = [] }: InTenantScopeOptions = {}): MethodDecorator {
  return (_target, _name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    const wrapped = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      return inScopeOfItsOwn(clients, () => method.apply(this, args));
    };
    descriptor.value = withMetadataOf(method, wrapped);
  };
}

async function inScopeOfItsOwn<R>(kinds: readonly string[], fn: () => R): Promise<Awaited<R>> {
  const cls = ClsServiceManager.getClsService();
  const outer = currentScope(cls);
  if (outer === undefined) throw new TenantContextMissingError('this method was called outside of any tenant scope');
  const refusal = await outer.home.refusalOf(outer.outcome);
  if (refusal !== null) throw refusal;
  const scope = outer.home.open(outer.outcome);
  scope.opener = 'InTenantScope';
  try {
    return await runToEnd(cls, scope, async () => {
      if (scope.tenant) await outer.clients.lease(scope, kinds);
      return await fn();
    });
  } finally {
    scope.end();
  }
}

/** Decorators of Nest keep what they know on the function itself, those below as those above. */
function withMetadataOf<F extends object>(from: object, to: F): F {
  for (const key of Reflect.getOwnMetadataKeys(from) as string[])
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  return Object.defineProperty(to, 'name', { value: Reflect.get(from, 'name') });
}
