import { Controller, Get, Module, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ServeStaticModule } from '@nestjs/serve-static';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { CurrentTenant, fromHost, fromPath, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADAPTERS, call } from '../support/http.js';
import type { AdapterName } from '../support/http.js';

@Controller(['projects', 't/:domain/projects'])
class ProjectsController {
  @Get()
  list(@CurrentTenant() tenant: Tenant): object {
    return { tenant: tenant.id };
  }
}

@Controller({ path: ['reports', 't/:domain/reports'], version: ['1', '2', VERSION_NEUTRAL] })
class ReportsController {
  @Get()
  list(@CurrentTenant() tenant: Tenant): object {
    return { tenant: tenant.id };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tenantry-static-'));
beforeAll(() => {
  writeFileSync(join(folder, 'logo.txt'), 'a picture');
  mkdirSync(join(folder, 't'));
  writeFileSync(join(folder, 't', 'inner.txt'), 'not a tenant');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function moduleWith(prefix: string): Type {
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
        ]),
        resolvers: [fromHost(), fromPath({ prefix })],
      }),
      ServeStaticModule.forRoot({ rootPath: folder, serveRoot: '/assets', renderPath: '/assets-index' }),
    ],
    controllers: [ProjectsController, ReportsController],
  })
  class AppModule {}
  return AppModule;
}

let app: INestApplication;
afterEach(() => app.close());

/** Static files are served only where the platform is known from the beginning, as it is to NestFactory. */
function create(adapter: AdapterName, root: Type): Promise<INestApplication> {
  return NestFactory.create(root, adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
  });
}

async function start(adapter: AdapterName, prefix: string, setUp: (app: INestApplication) => void): Promise<void> {
  app = await create(adapter, moduleWith(prefix));
  setUp(app);
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Projects').build());
  SwaggerModule.setup('docs', app, document);
  await app.listen(0, '127.0.0.1');
}

/** The tenant that a path was answered for, else the status and code. */
async function answerTo(path: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, json } = await call(app, path, { headers });
  const { tenant, code } = Object(json) as { tenant?: string; code?: string };
  return tenant ?? (code === undefined ? String(status) : `${status} ${code}`);
}

describe.each(ADAPTERS)('path dispatch on %s', (adapter) => {
  it('leads to the handler that also answers on the tenant’s own domain', async () => {
    await start(adapter, 't', () => undefined);
    expect(await answerTo('/t/foo.com/projects')).toBe('foo');
    expect(await answerTo('/projects', { host: 'foo.com' })).toBe('foo');
    expect(await answerTo('/t/foo.com/projects', { host: 'foo.com' })).toBe('foo');
    expect(await answerTo('/t/foo.com/projects', { host: 'bar.com' })).toBe('403 MT_TENANT_CONFLICT');
    expect(await answerTo('/projects')).toBe('400 MT_TENANT_REQUIRED');
  });

  it('works under a global prefix that its own prefix begins with', async () => {
    await start(adapter, 'api/t', (it) => it.setGlobalPrefix('api'));
    expect(await answerTo('/api/t/foo.com/projects')).toBe('foo');
    expect(await answerTo('/api/projects', { host: 'foo.com' })).toBe('foo');
    expect(await answerTo('/api/t/foo.com/projects', { host: 'bar.com' })).toBe('403 MT_TENANT_CONFLICT');
    expect(await answerTo('/API/t/foo.com/projects')).toMatch(/^40[04]/);
    expect(await answerTo('/t/foo.com/projects')).toBe('404');
  });

  it('works with versions in the path, where "*" stands for the version', async () => {
    const setUp = (it: INestApplication): void => {
      it.setGlobalPrefix('api');
      it.enableVersioning({ type: VersioningType.URI });
    };
    await start(adapter, 'api/*/t', setUp);
    for (const version of ['v1', 'v2']) {
      expect(await answerTo(`/api/${version}/t/foo.com/reports`)).toBe('foo');
      expect(await answerTo(`/api/${version}/reports`, { host: 'bar.com' })).toBe('bar');
      expect(await answerTo(`/api/${version}/t/foo.com/reports`, { host: 'bar.com' })).toBe('403 MT_TENANT_CONFLICT');
    }
    expect(await answerTo('/api/v9/t/foo.com/reports')).toBe('404');
    // Without a version the path is another one: "*" is exactly one segment.
    expect(await answerTo('/api/t/foo.com/reports')).toBe('400 MT_TENANT_REQUIRED');
  });

  it('serves versioned and neutral paths with one resolver for each', async () => {
    app = await create(adapter, twoPrefixes());
    app.enableVersioning({ type: VersioningType.URI });
    await app.listen(0, '127.0.0.1');
    expect(await answerTo('/v1/t/foo.com/reports')).toBe('foo');
    expect(await answerTo('/t/bar.com/reports')).toBe('bar');
  });

  it('works with versions in a header', async () => {
    const setUp = (it: INestApplication): unknown =>
      it.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    await start(adapter, 't', setUp);
    expect(await answerTo('/t/foo.com/reports', { 'x-version': '2' })).toBe('foo');
    expect(await answerTo('/t/foo.com/reports')).toBe('foo');
    expect(await answerTo('/reports', { host: 'bar.com', 'x-version': '1' })).toBe('bar');
    expect(await answerTo('/t/foo.com/reports', { 'x-version': '9' })).toBe('404');
  });

  it('leaves static files and the pages of the API’s description alone, which need no tenant', async () => {
    await start(adapter, 't', () => undefined);
    for (const host of ['localhost', 'foo.com', 'nosuch.com', 'a..b']) {
      expect((await call(app, '/assets/logo.txt', { headers: { host } })).text).toBe('a picture');
      expect((await call(app, '/assets/t/inner.txt', { headers: { host } })).text).toBe('not a tenant');
      expect((await call(app, '/docs', { headers: { host } })).text).toContain('swagger-ui');
    }
    const { json } = await call(app, '/docs-json');
    const { paths } = json as { paths: object };
    expect(Object.keys(paths).sort()).toEqual(['/projects', '/reports', '/t/{domain}/projects', '/t/{domain}/reports']);
  });

  it('refuses paths that climb, cannot be decoded, or are longer than any name', async () => {
    await start(adapter, 't', () => undefined);
    const foo = { host: 'foo.com' };
    expect(await answerTo('/docs/../projects', foo)).toMatch(/^40[34]/);
    expect(await answerTo('/t/foo.com/../projects', foo)).toMatch(/^40[04]/);
    expect(await answerTo('/assets/../projects', foo)).toMatch(/^40[034]/);
    expect(await answerTo('/%zz', foo)).toMatch(/^40[04]/);
    expect(await answerTo('/t/%zz/projects', foo)).toMatch(/^40[04]/);
    expect(await answerTo(`/t/${'a'.repeat(300)}/projects`, foo)).toMatch(/^4(?:00|04|14)/);
    expect(await answerTo(`/${'a'.repeat(5_000)}`, foo)).toBe('404');
  });
});

function twoPrefixes(): Type {
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
        ]),
        resolvers: [fromPath(), fromPath({ prefix: '*/t' })],
      }),
    ],
    controllers: [ReportsController],
  })
  class AppModule {}
  return AppModule;
}
