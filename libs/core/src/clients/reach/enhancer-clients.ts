import type { ApplicationConfig } from '@nestjs/core';
import { acquireBeforeMethods, acquiringFor } from './acquire-before-method.js';
import type { AcquiringMethod } from './acquire-before-method.js';
import { declaredKinds } from '../client.decorators.js';
import { reachableKinds } from './reachable-kinds.js';
import { beforeMiddlewareIsBound } from './middleware-clients.js';
import type { HandlerClients } from './handler-clients.js';
import type { InstanceWrapper, Module } from './nest-graph.js';

const ENHANCER_METHODS: readonly AcquiringMethod[] = ['canActivate', 'intercept', 'transform', 'catch'];

/** Has guards, interceptors, pipes, filters and Passport strategies acquire the clients that they reach, before they run. */
export function prepareEnhancers(
  modules: Iterable<Module>,
  config: ApplicationConfig,
  kinds: readonly string[],
  handlers: HandlerClients,
): void {
  const global = globalEnhancers(config);
  for (const module of modules) {
    for (const wrapper of [...module.injectables.values(), ...module.providers.values()]) {
      if (wrapper.subtype !== undefined || global.has(wrapper.instance))
        prepare(wrapper, ENHANCER_METHODS, kinds, handlers);
      else if (isPassportStrategy(wrapper)) prepare(wrapper, ['validate'], kinds, handlers);
    }
  }
}

/** Has Nest middleware acquire the clients that it reaches. To be called before Nest binds it to routes. */
export function prepareMiddleware(modules: Iterable<Module>, kinds: readonly string[], handlers: HandlerClients): void {
  beforeMiddlewareIsBound(modules, (wrapper) => prepare(wrapper, ['use'], kinds, handlers));
}

/** Instances that the application gave to `useGlobalGuards` and its like: where a provider is one of them, it is known what it reaches. */
function globalEnhancers(config: ApplicationConfig): ReadonlySet<unknown> {
  return new Set<unknown>([
    ...config.getGlobalGuards(),
    ...config.getGlobalInterceptors(),
    ...config.getGlobalPipes(),
    ...config.getGlobalFilters(),
  ]);
}

/** Passport calls `authenticate`, and its Nest strategies call the application's `validate` from there. */
function isPassportStrategy({ metatype }: InstanceWrapper): boolean {
  const prototype = (metatype as { prototype?: object } | null)?.prototype;
  return (
    prototype !== undefined &&
    ['authenticate', 'validate'].every((name) => typeof Reflect.get(prototype, name) === 'function')
  );
}

function prepare(
  wrapper: InstanceWrapper,
  methods: readonly AcquiringMethod[],
  kinds: readonly string[],
  handlers: HandlerClients,
): void {
  const reached = reachableKinds(wrapper, kinds);
  const isClass = typeof wrapper.metatype === 'function' && wrapper.inject === undefined;
  const type = isClass ? (wrapper.metatype as object) : classOf(wrapper.instance);
  const declared = (type && declaredKinds(type)) ?? [];
  if (declared.length + reached.length === 0) return;
  for (const holder of holdersOf(wrapper, type, methods)) {
    handlers.add(holder, holder, { declared, reached });
    acquireBeforeMethods(holder, acquiringFor(holder), methods);
  }
}

/** The prototype, since Nest may make an instance for each request; the instance where it has the method itself. */
function holdersOf(wrapper: InstanceWrapper, type: object | undefined, methods: readonly AcquiringMethod[]): object[] {
  const prototype = type === undefined || type === Object ? [] : [(type as { prototype: object }).prototype];
  if (!wrapper.isDependencyTreeStatic() || !isObject(wrapper.instance)) return prototype;
  const instance: object = wrapper.instance;
  return methods.some((method) => Object.hasOwn(instance, method)) ? [...prototype, instance] : prototype;
}

function classOf(instance: unknown): object | undefined {
  return isObject(instance) ? (Reflect.get(instance, 'constructor') as object | undefined) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
