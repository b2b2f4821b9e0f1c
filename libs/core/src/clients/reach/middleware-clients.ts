import type { InstanceWrapper, Module } from './nest-graph.js';

/**
 * Calls a function with each middleware before Nest binds it to its routes, when it is known what is injected into it. Nest
 * has no hook there: it takes the middleware of a module out of a map, and binds it.
 *
 * @param prepare may be called several times for one middleware
 */
export function beforeMiddlewareIsBound(modules: Iterable<Module>, prepare: (wrapper: InstanceWrapper) => void): void {
  for (const { middlewares } of modules) {
    const get = middlewares.get.bind(middlewares);
    middlewares.get = (token) => {
      const wrapper = get(token);
      if (wrapper !== undefined) prepare(wrapper);
      return wrapper;
    };
  }
}
