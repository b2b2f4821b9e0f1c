import { RequestMethod } from '@nestjs/common';
import type { Callback, ScopedHandlers } from './scoped-handlers.js';

/** The methods of an adapter by which Nest, and applications, register what answers requests. */
const ROUTES = [...Object.keys(RequestMethod).filter((name) => Number.isNaN(Number(name))), 'USE'].map((name) =>
  name.toLowerCase(),
);
const FASTIFY_HOOKS: ReadonlySet<unknown> = new Set(['onRequest', 'preParsing', 'preValidation', 'preHandler']);

type Methods = Record<string, unknown>;
type MiddlewareFactory = (path: unknown, callback: unknown) => unknown;

/**
 * Has everything that is registered with an adapter from now on, middleware, routes, and Nest's handlers of errors and of
 * unknown paths, run in the scope of its request.
 */
export function scopeAdapter(adapter: object, handlers: ScopedHandlers, names: readonly string[] = ROUTES): void {
  const methods = adapter as Methods;
  for (const name of names) {
    override(
      methods,
      name,
      (register) =>
        (...args) =>
          register(...args.map((each) => handlers.wrap(each))),
    );
  }
  override(
    methods,
    'setNotFoundHandler',
    (set) =>
      (handler, ...rest) =>
        set(handlers.wrap(handler), ...rest),
  );
  override(
    methods,
    'setErrorHandler',
    (set) =>
      (handler, ...rest) =>
        set(handlers.wrapErrorHandler(handler), ...rest),
  );
  scopeMiddleware(methods, handlers);
}

/** Middleware of Nest's is registered past the methods of the adapter. */
function scopeMiddleware(methods: Methods, handlers: ScopedHandlers): void {
  const scoped =
    (register: MiddlewareFactory): MiddlewareFactory =>
    (path, callback) =>
      register(path, handlers.wrap(callback));
  override(methods, 'createMiddlewareFactory', (create) => (...args) => {
    const factory = create(...args) as MiddlewareFactory | Promise<MiddlewareFactory>;
    return factory instanceof Promise ? factory.then(scoped) : scoped(factory);
  });
}

/** The same on Fastify, where routes of plugins count too, and the hooks of the application. */
export function scopeFastifyAdapter(adapter: { getInstance(): unknown }, handlers: ScopedHandlers): void {
  scopeAdapter(adapter, handlers, ['use']);
  const instance = adapter.getInstance();
  const fastify = instance as Methods;
  (fastify['addHook'] as Callback).call(instance, 'onRoute', (route: unknown) => {
    const options = route as { handler: unknown };
    options.handler = handlers.wrap(options.handler);
  });
  const addHook = fastify['addHook'] as Callback;
  fastify['addHook'] = function (this: unknown, name: unknown, hook: unknown): unknown {
    return addHook.call(this, name, FASTIFY_HOOKS.has(name) ? handlers.wrapHook(hook) : hook);
  };
}

function override(
  methods: Methods,
  name: string,
  wrap: (original: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown,
): void {
  const original = methods[name];
  if (typeof original !== 'function') return;
  methods[name] = wrap((...args) => (original as Callback).apply(methods, args));
}
