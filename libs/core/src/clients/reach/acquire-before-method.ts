import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../../context/scope-store.js';
import type { TenantScope } from '../../context/tenant-scope.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';

/** The methods by which Nest, Passport and class-validator call guards, interceptors, pipes, filters, middleware, strategies, validators. */
const METHODS = ['canActivate', 'intercept', 'transform', 'catch', 'use', 'validate'] as const;

/** One of the methods before which clients can be acquired. */
export type AcquiringMethod = (typeof METHODS)[number];

/** Has a scope acquire clients; at once where all are there. */
export type Acquisition = (scope: TenantScope) => MaybePromise<void>;

type PlatformResponse = ServerResponse & { readonly raw?: ServerResponse };
type AnyFunction = (...args: unknown[]) => unknown;

const acquiring = new WeakSet<object>();

/** Acquires kinds that a decorator names. */
export function acquiringDeclared(kinds: readonly string[]): Acquisition {
  return (scope) => scope.clients.lease(scope, kinds);
}

/** Acquires what the scope's own application knows of an enhancer: two of them may share its class. */
export function acquiringFor(enhancer: object): Acquisition {
  return (scope) => scope.clients.leaseFor(scope, enhancer, enhancer);
}

/**
 * Has each method of an object acquire clients before it runs, once. Only in a scope whose tenant is served: elsewhere it runs
 * as it is, and what it reads of a client throws what is wrong with the tenant. Handlers that happen to have such a name
 * are left as they are.
 *
 * @param holder a prototype or an instance
 */
export function acquireBeforeMethods(
  holder: object,
  acquire: Acquisition,
  methods: readonly AcquiringMethod[] = METHODS,
): void {
  for (const name of methods) {
    const method: unknown = Reflect.get(holder, name);
    if (typeof method !== 'function' || Reflect.getOwnMetadataKeys(method).length > 0) continue;
    if (Object.hasOwn(holder, name) && acquiring.has(method)) continue;
    const value = acquiringMethod(name, method as AnyFunction, acquire);
    Reflect.defineProperty(holder, name, { value, writable: true, configurable: true });
  }
}

/**
 * Nest does not expect a filter to fail late: the process would end. Without its clients the filter runs all the same, and may
 * do without them; what it throws then is logged and ends the response.
 */
async function filtered(pending: Promise<void>, run: () => unknown, host: ArgumentsHost): Promise<unknown> {
  try {
    await pending.catch(() => undefined);
    return await run();
  } catch (error) {
    new Logger('Multitenancy').error('An exception filter failed', error);
    if (host.getType() === 'http') endWithError(host.switchToHttp().getResponse<PlatformResponse>());
    return undefined;
  }
}

function endWithError(response: PlatformResponse): void {
  const raw = response.raw ?? response;
  if (raw.headersSent) return;
  raw.statusCode = 500;
  raw.end();
}

function acquiringMethod(name: AcquiringMethod, method: AnyFunction, acquire: Acquisition): AnyFunction {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const scope = currentScope(ClsServiceManager.getClsService());
    const pending = scope?.outcome.kind === 'resolved' ? acquire(scope) : undefined;
    const run = (): unknown => method.apply(this, args);
    if (pending === undefined) return run();
    return name === 'catch' ? filtered(pending, run, args[1] as ArgumentsHost) : pending.then(run);
  };
  acquiring.add(wrapped);
  return Object.defineProperty(wrapped, 'name', { value: name });
}
