import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  fromHost,
  InMemoryTenantCatalog,
  MultitenancyModule,
  SuperTenantOnly,
  TenantMembershipGuard,
} from '@tenantry/core';
import type { MultitenancyOptions } from '@tenantry/core';
import { ADAPTERS, call, createApp } from '../support/http.js';

const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);

/** Stands for the controller of another package, on which nothing can be written. */
@Controller('metrics')
class ForeignController {
  @Get()
  get(): string {
    return 'up 1';
  }

  @Get('operator')
  @SuperTenantOnly()
  operator(): string {
    return 'secret';
  }
}

@Controller('docs')
class DocsController {
  @Get(['', 'deep/page', 'Odd'])
  get(): string {
    return 'docs';
  }
}

@Controller('projects')
class ProjectsController {
  @Get()
  get(): string {
    return 'projects';
  }
}

function module(central: MultitenancyOptions['central'], guards: MultitenancyOptions['guard'] = 'global'): object {
  return { catalog, resolvers: [fromHost()], membership: () => true, central, guard: guards };
}

async function start(
  adapter: (typeof ADAPTERS)[number],
  central: MultitenancyOptions['central'],
  prepare: (app: INestApplication) => unknown = () => undefined,
): Promise<INestApplication> {
  @Module({
    imports: [MultitenancyModule.forRoot(module(central) as MultitenancyOptions)],
    controllers: [ForeignController, DocsController, ProjectsController],
    providers: [{ provide: APP_GUARD, useClass: TenantMembershipGuard }],
  })
  class AppModule {}
  const app = await createApp(AppModule, adapter);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

describe.each(ADAPTERS)('central controllers and paths on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(adapter, [ForeignController, '/docs', '/docs/*']);
  });
  afterAll(() => app.close());

  const statusOf = async (path: string, host: string): Promise<number> =>
    (await call(app, path, { headers: { host } })).status;

  it.each(['10.1.2.3:9090', 'api.prod.svc.cluster.local', 'foo.com.evil', 'a b'])(
    'answer whatever Host asks: %s',
    async (host) => {
      // Node refuses nothing of these; what no tenant can be asked of is not the business of a central route.
      expect([await statusOf('/metrics', host), await statusOf('/docs/deep/page', host)]).toEqual([200, 200]);
    },
  );

  it('leave every other route in need of a tenant', async () => {
    expect(await statusOf('/projects', '10.1.2.3')).toBe(400);
    expect(await statusOf('/projects', 'unknown.com')).toBe(404);
  });

  it('leave routes of the super tenant to it', async () => {
    expect(await statusOf('/metrics/operator', '10.1.2.3')).toBe(403);
  });

  it.each([
    '/docs/../projects',
    '/docs/%2e%2e/projects',
    '/docs//deep/page',
    '/docs/deep%2fpage',
    '/DOCS',
    '/projects?/docs/',
  ])('open nothing to the spelling %s', async (path) => {
    expect(await statusOf(path, '10.1.2.3')).toBeGreaterThanOrEqual(400);
  });
});

it('count with the global prefix', async () => {
  const app = await start('express', ['/api/docs'], (starting) => starting.setGlobalPrefix('api'));
  try {
    expect((await call(app, '/api/docs?page=1', { headers: { host: '10.1.2.3' } })).status).toBe(200);
    expect((await call(app, '/api/projects', { headers: { host: '10.1.2.3' } })).status).toBe(400);
  } finally {
    await app.close();
  }
});

it.each([['metrics'], ['/*'], ['/a/*/b'], [':id'], [42], [{}], [() => true]])(
  'refuses %p at the start: neither a controller nor a path',
  (route) => {
    expect(() => MultitenancyModule.forRoot(module([route] as never) as MultitenancyOptions)).toThrow(
      /Option central\[0\]/,
    );
  },
);
