import { Inject, SetMetadata } from '@nestjs/common';
import { acquireBeforeMethods, acquiringDeclared } from './reach/acquire-before-method.js';
import { getTenantClientRegistryToken, getTenantClientToken } from './tenant-client-tokens.js';

const TENANT_CLIENT_KINDS = 'tenantry:client-kinds';

/**
 * Injects the current tenant's client: a singleton that may be injected anywhere and stands for the client which the
 * running request or job has acquired. Handlers, guards, pipes, interceptors, filters, middleware and Passport strategies
 * that reach it by injection acquire it by themselves.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function InjectTenantClient(kind?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getTenantClientToken(kind));
}

/**
 * Injects a kind's registry, for administration: statistics, refresh, eviction.
 *
 * @param kind name given to `forFeature`; default `default`
 */
export function InjectTenantClientRegistry(kind?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getTenantClientRegistryToken(kind));
}

/**
 * Acquires clients that injection does not show (`moduleRef.get`, `new`, `useGlobalInterceptors(new ...)`).
 *
 * - On a handler: it acquires exactly these kinds, whatever its controller injects. Without a name: none.
 * - On a controller: all its handlers acquire these kinds beside those that injection shows.
 * - On the class of a guard, pipe, interceptor, filter, middleware, Passport strategy or validator: they are acquired before
 *   its method runs (`canActivate`, `transform`, `intercept`, `catch`, `use`, `validate`), where there is a tenant.
 *
 * @param kinds names given to `forFeature`
 */
export function UseTenantClients(...kinds: string[]): ClassDecorator & MethodDecorator {
  const mark = SetMetadata(TENANT_CLIENT_KINDS, kinds);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor !== undefined && key !== undefined) mark(target, key, descriptor);
    else {
      mark(target as () => void);
      acquireBeforeMethods((target as { prototype: object }).prototype, acquiringDeclared(kinds));
    }
  };
}

/** The kinds that `@UseTenantClients` names on a class or handler; `undefined` = it is not there. */
export function declaredKinds(target: object): readonly string[] | undefined {
  return Reflect.getMetadata(TENANT_CLIENT_KINDS, target) as readonly string[] | undefined;
}
