import type { INestApplication } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { checkOptions, checkRouteNames, extraRoutes, skippedRoutes } from './crawl-options.js';
import type { CrawlRoute } from './crawl-route.js';
import { Crawl, RequestLimitReached } from './crawl.js';
import type { Party } from './crawl.js';
import { discoverRoutes } from './discover-routes.js';
import { HttpExchange } from './http-exchange.js';
import type { IsolationReport, RemainingData, UnexercisedRoute } from './isolation-report.js';
import { OpenApiShapes } from './openapi-shapes.js';
import { Resources } from './resources.js';
import { runCrawl } from './run-crawl.js';
import { TenantIsolationError } from './tenant-isolation.error.js';
import type { CrawledTenant, TenantIsolationOptions } from './tenant-isolation-options.js';

interface Server {
  readonly listening: boolean;
  address(): AddressInfo | string | null;
}

/**
 * Searches a running application for leaks between two tenants: visits every route that Nest knows as each of them, with
 * ids, names and texts of the other in path, query and body, one after the other and mixed, and checks every answer.
 *
 * It writes and deletes, and removes what it has made: run it on data made for the test. An application that does not listen yet is made to listen on a
 * free loopback port; the caller closes it, as ever. Works under any test runner. Order and bodies of the requests are the
 * same every time for the same application and `seed`.
 *
 * @returns what was visited, and what could not be exercised and why. Read both: a crawl without a finding is no proof.
 * @throws TenantIsolationError with every leak and the request that shows it
 * @throws ArgumentInvalidError `MT_ARGUMENT_INVALID` for an option that is not acceptable; nothing was sent
 * @throws Error where a tenant has nothing of its own to be found, or has lost its access on the way
 */
export async function expectTenantIsolation(
  app: INestApplication,
  options: TenantIsolationOptions,
): Promise<IsolationReport> {
  checkOptions(options);
  const server = await listening(app);
  const routes = [...discoverRoutes(app, options.versionHeaders), ...extraRoutes(options.extraRoutes)];
  checkRouteNames(options, routes);
  const { concurrency = 8, timeoutMs = 10_000, streamMs = 50 } = options;
  const exchange = new HttpExchange(server, { sockets: Math.ceil(concurrency / 2), timeoutMs, streamMs });
  try {
    const report = await crawled(await app.getUrl(), exchange, routes, options);
    options.onReport?.(report);
    if (report.leaks.length > 0 || (options.unexercised === 'fail' && report.unexercised.length > 0))
      throw new TenantIsolationError(report);
    return report;
  } finally {
    exchange.close();
  }
}

async function listening(app: INestApplication): Promise<Server> {
  const server = app.getHttpServer() as Server;
  if (!server.listening) await app.listen(0, '127.0.0.1');
  return server;
}

async function crawled(
  origin: string,
  exchange: HttpExchange,
  routes: readonly CrawlRoute[],
  options: TenantIsolationOptions,
): Promise<IsolationReport> {
  const skipped = skippedRoutes(options, routes);
  const left = routes.filter(({ label }) => !skipped.some(({ route }) => route === label));
  const shapes = options.openApi === undefined ? undefined : new OpenApiShapes(options.openApi);
  const [one, two] = options.tenants;
  const crawl = new Crawl({ exchange, origin, routes: left, parties: [partyOf(one), partyOf(two)], shapes, options });
  let remaining: readonly RemainingData[] = [];
  const limit = await runCrawl(crawl)
    .then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof RequestLimitReached) return error;
        throw error;
      },
    )
    // Also of a crawl that failed.
    .finally(async () => {
      if (options.keepData !== true) remaining = await crawl.planted.remove(exchange, left);
    });
  const unexercised = limit === undefined ? gapsOf(crawl, left) : left.map(({ label }) => unfinished(label));
  const { requests, coverage, findings, seed } = crawl;
  return { routes: coverage.routes(), requests, leaks: findings.leaks, unexercised, skipped, seed, remaining };
}

function gapsOf(crawl: Crawl, routes: readonly CrawlRoute[]): UnexercisedRoute[] {
  const { resources } = crawl.parties[0];
  return routes.flatMap((route) => crawl.coverage.gapOf(route, resources.objectParams(route.path)) ?? []);
}

function unfinished(route: string): UnexercisedRoute {
  return { route, reason: 'the crawl ended at maxRequests before it was through' };
}

function partyOf(tenant: CrawledTenant): Party {
  const { name, params = {}, pathPrefix = '' } = tenant;
  const headers = Object.fromEntries(
    Object.entries(tenant.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const { host } = headers;
  const identifiers = tenant.identifiers ?? [...Object.values(params), ...(host === undefined ? [] : [host])];
  return {
    name,
    tenant,
    identity: { label: name, tenant: name, headers, params, pathPrefix },
    identifiers,
    resources: new Resources(Object.keys(params)),
  };
}
