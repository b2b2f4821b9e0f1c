import { entryWrappersOf } from '../../clients/reach/entry-classes.js';
import { handlersOf } from '../../clients/reach/nest-graph.js';
import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';
import type { DiagnosedApplication } from './checked-application.js';

/** A class with handlers, or one of its handlers. */
export type Entry = object;

const METADATA = { guard: '__guards__', interceptor: '__interceptors__' } as const;

/** What enhances handlers of a sort: guards or interceptors. */
export type EnhancerSort = keyof typeof METADATA;

/** What was registered for all handlers: instances, and the classes of those that are made for each request. */
export function globalEnhancersOf({ config }: DiagnosedApplication, sort: EnhancerSort): readonly unknown[] {
  return sort === 'guard'
    ? [...config.getGlobalGuards(), ...config.getGlobalRequestGuards().map(classOf)]
    : [...config.getGlobalInterceptors(), ...config.getGlobalRequestInterceptors().map(classOf)];
}

/** The enhancers of controllers, gateways and resolvers, and of their handlers: classes and instances, by what has them. */
export function entryEnhancersOf(
  { modules }: DiagnosedApplication,
  sort: EnhancerSort,
): { readonly controller: object; readonly target: Entry; readonly enhancer: unknown }[] {
  return [...modules.values()].flatMap(entryWrappersOf).flatMap(({ metatype }) => {
    const controller = metatype as { readonly prototype: object };
    return [controller, ...handlersOf(controller.prototype)].flatMap((target) => {
      const enhancers = (Reflect.getMetadata(METADATA[sort], target) as readonly unknown[] | undefined) ?? [];
      return enhancers.map((enhancer) => ({ controller, target, enhancer }));
    });
  });
}

/** A class, for its name and what its instances inherit. */
export interface NamedClass {
  readonly name: string;
  readonly prototype: object;
}

/** The class of what is a class, or an instance of one. */
export function classOf(value: unknown): NamedClass | undefined {
  const candidate: unknown = isWrapper(value) ? value.metatype : value;
  const found: unknown = typeof candidate === 'function' ? candidate : (Object(candidate) as object).constructor;
  return isClass(found) && found !== (Object as unknown) ? found : undefined;
}

function isClass(value: unknown): value is NamedClass {
  return typeof value === 'function' && value.prototype !== undefined;
}

function isWrapper(value: unknown): value is InstanceWrapper {
  return typeof value === 'object' && value !== null && 'metatype' in value && 'token' in value;
}
