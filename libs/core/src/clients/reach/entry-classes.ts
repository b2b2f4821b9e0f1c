import type { InstanceWrapper, Module } from './nest-graph.js';
import { handlersOf } from './nest-graph.js';

/** Metadata keys by which Nest's packages mark providers whose methods are called from outside. */
const CLASS_MARKS = ['websockets:is_gateway', 'graphql:resolver_type', 'bullmq:processor_metadata'];
const METHOD_MARKS = ['websockets:message_mapping', 'graphql:resolver_type'];

/** Controllers, gateways, GraphQL resolvers and queue processors of a module: what has handlers. */
export function entryWrappersOf({ controllers, providers }: Module): InstanceWrapper[] {
  return [...controllers.values(), ...[...providers.values()].filter(isEntryProvider)];
}

/** The classes of what has handlers. */
export function entryClassesOf(modules: Iterable<Module>): object[] {
  return [...modules]
    .flatMap(entryWrappersOf)
    .flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype] : []));
}

/** Every method of what has handlers. */
export function entryHandlersOf(modules: Iterable<Module>): object[] {
  return [...modules].flatMap(entryWrappersOf).flatMap(({ metatype }) => {
    const prototype = (metatype as { prototype?: object } | null)?.prototype;
    return prototype === undefined ? [] : handlersOf(prototype);
  });
}

function isEntryProvider({ metatype }: InstanceWrapper): boolean {
  if (typeof metatype !== 'function' || metatype.prototype === undefined) return false;
  if (CLASS_MARKS.some((mark) => Reflect.hasMetadata(mark, metatype))) return true;
  const methods = handlersOf((metatype as { prototype: object }).prototype);
  return methods.some((method) => METHOD_MARKS.some((mark) => Reflect.hasMetadata(mark, method)));
}
