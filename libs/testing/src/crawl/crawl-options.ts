import { ArgumentInvalidError } from '@tenantry/core';
import { numberArgument } from '@tenantry/core/spi';
import type { CrawlRoute } from './crawl-route.js';
import type { UnexercisedRoute } from './isolation-report.js';
import { RoutePath } from './route-path.js';
import type { CrawledTenant, TenantIsolationOptions } from './tenant-isolation-options.js';

const MIN_CANARY_LENGTH = 6;
const RANGES = {
  concurrency: [2, 100],
  maxRequests: [100, 1e9],
  timeoutMs: [100, 600_000],
  streamMs: [10, 60_000],
} as const;

/** Checks what can be checked before anything is sent. @throws `MT_ARGUMENT_INVALID` */
export function checkOptions(options: TenantIsolationOptions): void {
  const [one, two, ...more] = options.tenants as readonly (CrawledTenant | undefined)[];
  if (one === undefined || two === undefined || more.length > 0)
    throw new ArgumentInvalidError('tenants', options.tenants.length, 'two tenants');
  if (one.name === two.name)
    throw new ArgumentInvalidError('tenants[1].name', two.name, 'another name than that of the first');
  for (const tenant of [one, two]) checkTenant(tenant);
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = options[name as keyof typeof RANGES];
    if (value !== undefined) numberArgument(name, value, { min, max, whole: true });
  }
}

/** Checks what is named by route. @throws `MT_ARGUMENT_INVALID` where no route has the name */
export function checkRouteNames(
  { skip = {}, bodies = {} }: TenantIsolationOptions,
  routes: readonly CrawlRoute[],
): void {
  for (const name of Object.keys(bodies))
    if (!routes.some(({ label }) => label === name))
      throw new ArgumentInvalidError(
        'bodies',
        name,
        `the routes of the application: ${routes.map(({ label }) => label).join(', ')}`,
      );
  for (const [pattern, reason] of Object.entries(skip)) {
    if (!routes.some((route) => matches(pattern, route)))
      throw new ArgumentInvalidError(
        'skip',
        pattern,
        'names that fit a route of the application, such as GET /projects/:id, * /admin/* or GET /projects/*/files',
      );
    if (reason.trim() === '') throw new ArgumentInvalidError(`skip['${pattern}']`, reason, 'a reason');
  }
}

/** Which routes are left out, and why. */
export function skippedRoutes(
  { skip = {} }: TenantIsolationOptions,
  routes: readonly CrawlRoute[],
): UnexercisedRoute[] {
  return routes.flatMap((route) => {
    const found = Object.entries(skip).find(([pattern]) => matches(pattern, route));
    return found === undefined ? [] : [{ route: route.label, reason: found[1] }];
  });
}

/** Routes that Nest does not know. @throws `MT_ARGUMENT_INVALID` */
export function extraRoutes(names: readonly string[] = []): CrawlRoute[] {
  return names.map((label) => {
    const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(label) ?? [];
    if (method === undefined || path === undefined)
      throw new ArgumentInvalidError('extraRoutes', label, 'a method and a path, such as GET /legacy/:id');
    return {
      label,
      method,
      path: new RoutePath(path),
      headers: {},
      hosts: [],
      queryNames: [],
      bodyNames: [],
      obstacle: undefined,
    };
  });
}

function checkTenant({ name, canaries = [] }: CrawledTenant): void {
  if (name.trim() === '') throw new ArgumentInvalidError('tenants.name', name, 'a name');
  const short = canaries.find((canary) => canary.length < MIN_CANARY_LENGTH);
  if (short !== undefined)
    throw new ArgumentInvalidError(
      'canaries',
      short,
      `texts of ${MIN_CANARY_LENGTH} characters or more, for shorter ones are found by chance`,
    );
}

function matches(pattern: string, { label }: CrawlRoute): boolean {
  const texts = pattern.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${texts.join('.*')}$`, 's').test(label);
}
