import type { RequestScopes } from './request-scopes.js';

/** A function of the application's that an HTTP platform calls. */
export type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** Functions that enter the scope of their request before they do their work. Each is wrapped once. */
export class ScopedHandlers {
  readonly #scopes: RequestScopes;
  readonly #wrapped = new WeakSet<object>();

  constructor(scopes: RequestScopes) {
    this.#scopes = scopes;
  }

  /**
   * A middleware, a handler or a hook, whose first parameter is the request. Nest and Express go by the name and the number
   * of parameters of a function. Anything else, an application within the application too, is given back as it is.
   */
  wrap(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.wrap(each));
    if (typeof value !== 'function' || this.#wrapped.has(value) || 'handle' in value) return value;
    return this.#like(value as Callback, value.length >= 4 ? this.#errorHandler(value) : this.#handler(value));
  }

  /** As {@link wrap}, for what is called with an error before the request, however many parameters it has. */
  wrapErrorHandler(value: unknown): unknown {
    return this.#like(value as Callback, this.#errorHandler(value as Callback));
  }

  /** A hook of Fastify, whose first parameter is the request whatever their number. */
  wrapHook(value: unknown): unknown {
    return typeof value === 'function' ? this.#like(value as Callback, this.#handler(value)) : value;
  }

  /** Written out without rest parameters: every request passes several of them. */
  #handler(value: object): Callback {
    const [scopes, callback] = [this.#scopes, value as Callback];
    return function (request, response, next, more) {
      return scopes.isCurrent(request as object)
        ? callback.call(this, request, response, next, more)
        : scopes.enter(request as object, () => callback.call(this, request, response, next, more));
    };
  }

  #errorHandler(value: object): Callback {
    const [scopes, callback] = [this.#scopes, value as Callback];
    return function (error, request, response, next) {
      return scopes.isCurrent(request as object)
        ? callback.call(this, error, request, response, next)
        : scopes.enter(request as object, () => callback.call(this, error, request, response, next));
    };
  }

  #like(original: Callback, wrapper: Callback): Callback {
    for (const name of ['name', 'length'] as const) Object.defineProperty(wrapper, name, { value: original[name] });
    for (const key of Reflect.getOwnMetadataKeys(original) as string[])
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
    this.#wrapped.add(wrapper);
    return Object.assign(wrapper, original);
  }
}
