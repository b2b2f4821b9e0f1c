import type { ExecutionContext, INestMicroservice } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { PeerUnsupportedError } from '@tenantry/core';
import { defer, from, isObservable, mergeMap, of } from 'rxjs';
import type { Observable } from 'rxjs';

/** Runs around guards, interceptors and handler of a message. As Nest 12 has it; Nest 11 has no such type. */
export type MessageHook = (context: ExecutionContext, next: () => Observable<unknown>) => Observable<unknown>;

type Handle = (...args: unknown[]) => Promise<unknown>;

/** The parts of Nest 11's microservice that create a handler; not in its declarations. */
interface ContextCreator {
  create(instance: object, callback: object, ...rest: unknown[]): unknown;
  readonly rpcProxy: { create(handle: Handle, ...rest: unknown[]): unknown };
}

/**
 * Runs a hook before the guards of every message. Nest 12 has such hooks. On Nest 11 the handlers that this microservice
 * registers from now on are created with it.
 *
 * @throws `MT_PEER_UNSUPPORTED` where Nest offers neither
 */
export function hookBeforeGuards(app: INestMicroservice, hook: MessageHook): void {
  const { registerPreRequestHook } = app as { registerPreRequestHook?: (hook: MessageHook) => void };
  if (registerPreRequestHook !== undefined) registerPreRequestHook.call(app, hook);
  else hookIntoHandlers(contextCreatorOf(app), hook);
}

function contextCreatorOf(app: object): ContextCreator {
  const path = ['microservicesModule', 'listenersController', 'contextCreator'];
  const creator = path.reduce<unknown>(memberOf, app) as ContextCreator;
  if (typeof memberOf(memberOf(creator, 'rpcProxy'), 'create') === 'function') return creator;
  throw new PeerUnsupportedError(
    'This @nestjs/microservices offers no way to run code before the guards of a message',
    '@nestjs/microservices ^11.1.4 || ^12.0.0',
  );
}

function memberOf(parent: unknown, name: string): unknown {
  return typeof parent === 'object' && parent !== null ? (Reflect.get(parent, name) as unknown) : undefined;
}

/** Every handler is created synchronously, first by the creator, which knows class and method, and in it by the proxy, which catches errors. */
function hookIntoHandlers(creator: ContextCreator, hook: MessageHook): void {
  const proxy = creator.rpcProxy;
  const createHandler = creator.create.bind(creator);
  const createProxy = proxy.create.bind(proxy);
  let current: { readonly instance: object; readonly callback: object } | undefined;
  creator.create = (instance, callback, ...rest) => {
    current = { instance, callback };
    return createHandler(instance, callback, ...rest);
  };
  proxy.create = (handle, ...rest) => {
    const { instance, callback } = current ?? { instance: proxy, callback: handle };
    return createProxy(
      async (...args) => hook(contextOf(args, instance, callback), () => pipelineOf(handle, args)),
      ...rest,
    );
  };
}

function contextOf(args: unknown[], instance: object, callback: object): ExecutionContext {
  const context = new ExecutionContextHost(args, instance.constructor as never, callback as never);
  context.setType('rpc');
  return context;
}

/** What the guards let through: a value, or a stream of values. */
function pipelineOf(handle: Handle, args: unknown[]): Observable<unknown> {
  return defer(() => from(handle(...args))).pipe(mergeMap((result) => (isObservable(result) ? result : of(result))));
}
