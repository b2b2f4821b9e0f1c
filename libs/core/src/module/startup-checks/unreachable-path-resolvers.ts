import { isPathTenantResolver } from '../../resolution/from-path.js';
import { routesOf } from './application-routes.js';
import type { RouteSegments } from './application-routes.js';
import type { Finding } from './checked-application.js';

/** Finds each `fromPath` whose prefix no route of a controller has. Says nothing of an application without such routes. */
export const unreachablePathResolvers: Finding = ({ resolvers, modules, config, adapterHost }) => {
  const hasHttp = Boolean(adapterHost.httpAdapter);
  const routes = hasHttp ? routesOf(modules, config) : [];
  if (routes.length === 0) return [];
  return resolvers
    .filter(isPathTenantResolver)
    .map(({ prefix }) => prefix.text)
    .filter((text) => !routes.some((route) => isServed(text.split('/'), route)))
    .map(
      (text) =>
        `fromPath({ prefix: '${text}' }) never names a tenant: no route starts with /${text}/:tenant. ${remedy(text, routes)}`,
    );
};

/**
 * Whether a route can be reached by the prefix. What leads to the application (an Express application that it is mounted
 * in) may have taken the first segments off, which the resolver still sees: then a route has the rest, word by word.
 */
function isServed(prefix: readonly string[], route: RouteSegments): boolean {
  if (isServedUnder(prefix, route)) return true;
  return prefix.some((_segment, at) => {
    const rest = prefix.slice(at);
    return at > 0 && route.length > rest.length && rest.every((segment, index) => segment === route[index]);
  });
}

/** Whether a route can have the prefix and a tenant behind it; parameters fit any segment. */
function isServedUnder(prefix: readonly string[], route: RouteSegments): boolean {
  for (const [index, segment] of prefix.entries()) {
    const own = route[index];
    if (own === undefined) return false;
    if (/[*{(]/.test(own)) return true;
    if (segment !== '*' && !own.includes(':') && segment !== own) return false;
  }
  return route.length > prefix.length;
}

function remedy(text: string, routes: readonly RouteSegments[]): string {
  const needle = `/${text}/`;
  const nested = routes.map((route) => `/${route.join('/')}/`).find((route) => route.includes(needle));
  if (nested === undefined) {
    return `Declare routes under it, such as @Controller('${text}/:tenant/projects'), or take the resolver away.`;
  }
  const wanted = nested.slice(1, nested.indexOf(needle) + needle.length - 1);
  return `The route ${nested.slice(0, -1)} needs the prefix '${wanted}'; '*' stands for any one segment, such as a version.`;
}
