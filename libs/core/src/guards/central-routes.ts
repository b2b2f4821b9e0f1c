import type { ExecutionContext, Type } from '@nestjs/common';
import { OptionsInvalidError } from '../errors/usage.errors.js';

/** A controller, or a path: `/metrics`, or `/docs/*` for all paths below `/docs/`. */
export type CentralRoute = Type | string;

const RANGE =
  'controllers, and paths of literal segments from the start of the path, such as "/metrics" or "/docs/*" for all below';
const PATH = /^(?:\/|(?:\/[A-Za-z0-9._~-]+)+(?:\/\*)?)$/;
const REST = '/*';

/**
 * The routes that work without a tenant although nothing on them says so: those of other packages. Immutable. A path
 * counts as the client has sent it, so that no spelling which a router reads otherwise opens a route.
 */
export class CentralRoutes {
  readonly #controllers: ReadonlySet<unknown>;
  readonly #paths: ReadonlySet<string>;
  /** Each with a slash at its end. */
  readonly #prefixes: readonly string[];

  /** @throws `MT_OPTIONS_INVALID` for what is neither a controller nor a path */
  constructor(routes: readonly CentralRoute[] = []) {
    if (!Array.isArray(routes)) throw new OptionsInvalidError('central', routes, `a list of ${RANGE}`);
    for (const [index, route] of (routes as readonly unknown[]).entries()) {
      if (!isRoute(route)) throw new OptionsInvalidError(`central[${index}]`, route, RANGE);
    }
    const paths = routes.filter((route) => typeof route === 'string');
    this.#controllers = new Set(routes.filter((route) => typeof route !== 'string'));
    this.#paths = new Set(paths.filter((path) => !path.endsWith(REST)));
    this.#prefixes = paths.filter((path) => path.endsWith(REST)).map((path) => path.slice(0, -1));
  }

  /** Whether the handler that a context is about is one of them. */
  include(context: ExecutionContext): boolean {
    if (this.#controllers.has(context.getClass())) return true;
    if (this.#paths.size + this.#prefixes.length === 0 || context.getType() !== 'http') return false;
    const path = pathOf(context.switchToHttp().getRequest());
    return this.#paths.has(path) || this.#prefixes.some((prefix) => isBelow(path, prefix));
  }
}

function isRoute(route: unknown): boolean {
  return typeof route === 'string' ? PATH.test(route) : typeof route === 'function' && route.prototype !== undefined;
}

/** The path as it was sent, without query; Express and Fastify keep the target before anything cut off its start. */
function pathOf(request: { readonly originalUrl?: unknown; readonly url?: unknown }): string {
  const target = typeof request.originalUrl === 'string' ? request.originalUrl : String(request.url);
  return target.split('?', 1)[0] as string;
}

/** Segments that a router might resolve to another place are below nothing. */
function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && !/%|\\|;|\/\/|\/\.{1,2}(?:\/|$)/.test(path);
}
