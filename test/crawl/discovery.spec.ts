import { VersioningType } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { expectTenantIsolation } from '@tenantry/testing';
import type { CrawledTenant, IsolationReport, TenantIsolationOptions } from '@tenantry/testing';
import { ADAPTERS } from '../support/http.js';
import {
  ExcludedController,
  filesController,
  HostController,
  HostPatternController,
  ManyPathsController,
  NestedController,
  routesApp,
  VersionedController,
} from './support/routes-app.js';

function tenant(name: string): CrawledTenant {
  return { name, headers: { 'x-tenant': name }, params: { area: name }, canaries: [`text-of-${name}`] };
}

/** Which routes were asked, and served a tenant that asked for its own. */
function served({ routes, unexercised }: IsolationReport): string[] {
  const gaps = new Set(unexercised.map(({ route }) => route));
  return routes.map(({ route }) => route).filter((route) => !gaps.has(route));
}

async function crawl(app: INestApplication, options: Partial<TenantIsolationOptions> = {}): Promise<IsolationReport> {
  try {
    return await expectTenantIsolation(app, { tenants: [tenant('foo'), tenant('bar')], streamMs: 10, ...options });
  } finally {
    await app.close();
  }
}

describe.each(ADAPTERS)('the crawl knows the routes of Nest on %s', (adapter) => {
  it('arrays of paths, inherited handlers, wildcards, every method, streams of events', async () => {
    const report = await crawl(await routesApp(adapter, [ManyPathsController]), {
      skip: { '* /two*': 'the same again' },
    });
    expect(served(report).sort()).toEqual(
      [
        'DELETE /one/any',
        'GET /one',
        'GET /one/also',
        'GET /one/any',
        'GET /one/events',
        'GET /one/inherited',
        'PATCH /one/any',
        'POST /one/any',
        'PUT /one/any',
      ].sort(),
    );
    expect(report.unexercised).toEqual([]);
    expect(report.skipped).toHaveLength(9);
  });

  it('wildcards, once ids say what to put there', async () => {
    const name = adapter === 'fastify' ? '*' : 'path';
    const without = await crawl(await routesApp(adapter, [filesController(adapter), ExcludedController]));
    expect(without.unexercised).toEqual([
      { route: expect.stringMatching(/^GET \/files\/\*/), reason: `no id of a tenant is known for :${name}: give ids` },
    ]);
    const [foo, bar] = [tenant('foo'), tenant('bar')];
    const withIds = await crawl(await routesApp(adapter, [filesController(adapter), ExcludedController]), {
      tenants: [
        { ...foo, ids: { [name]: 'foo/file.txt' } },
        { ...bar, ids: { [name]: 'bar/file.txt' } },
      ],
    });
    expect(withIds.unexercised).toEqual([]);
  });

  it('the global prefix and what is excluded from it, and paths of modules', async () => {
    const report = await crawl(await routesApp(adapter, [ExcludedController, NestedController], { prefix: 'api' }));
    expect(served(report).sort()).toEqual([
      'GET /api/area/:area/inner/reports',
      'GET /api/excluded/not',
      'GET /excluded',
    ]);
    expect(report.unexercised).toEqual([]);
  });

  it('versions in the path', async () => {
    const versioning = { type: VersioningType.URI, defaultVersion: '9' } as const;
    const report = await crawl(
      await routesApp(adapter, [VersionedController, ExcludedController], { prefix: 'api', versioning }),
    );
    expect(served(report).sort()).toEqual([
      'GET /api/v1/versioned',
      'GET /api/v2/versioned',
      'GET /api/v3/versioned/third',
      'GET /api/v9/excluded/not',
      'GET /api/versioned/neutral',
      'GET /v9/excluded',
    ]);
    expect(report.unexercised).toEqual([]);
  });

  it.each([
    ['a header', { type: VersioningType.HEADER, header: 'X-Version' } as const],
    ['the media type', { type: VersioningType.MEDIA_TYPE, key: 'v=' } as const],
  ])('versions in %s', async (_where, versioning) => {
    const report = await crawl(await routesApp(adapter, [VersionedController], { versioning }));
    expect(served(report).sort()).toEqual([
      'GET /versioned (version 1)',
      'GET /versioned (version 2)',
      'GET /versioned/neutral',
      'GET /versioned/third (version 3)',
    ]);
    expect(report.unexercised).toEqual([]);
  });

  it('versions that the application reads in its own way, once versionHeaders is given', async () => {
    const extractor = (request: unknown): string =>
      (request as { headers: Record<string, string | undefined> }).headers['x-mine'] ?? '';
    const versioning = { type: VersioningType.CUSTOM, extractor } as const;
    const unconfigured = await crawl(await routesApp(adapter, [VersionedController], { versioning }));
    expect(served(unconfigured)).toEqual(['GET /versioned/neutral']);
    expect(unconfigured.unexercised.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'its version is read in a way of your own: give versionHeaders'),
    );
    const configured = await crawl(await routesApp(adapter, [VersionedController], { versioning }), {
      versionHeaders: (version) => ({ 'x-mine': version }),
    });
    expect(served(configured)).toHaveLength(4);
  });

  it('hosts, and reports those that it cannot know', async () => {
    const report = await crawl(await routesApp(adapter, [ExcludedController, HostController, HostPatternController]));
    expect(served(report).sort()).toEqual(['GET /excluded', 'GET /excluded/not', 'GET /hosted']);
    expect(report.unexercised).toEqual([{ route: 'GET /anyhost', reason: expect.stringContaining('404') }]);
  });
});
