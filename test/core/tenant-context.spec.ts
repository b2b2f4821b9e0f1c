import { Body, Controller, Get, Injectable, Module, Post, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  CurrentTenant,
  fromHeader,
  fromHost,
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyModule,
  SuperTenantOnly,
  TenantContext,
  TenantOptional,
} from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { ADAPTERS, call, startApp } from '../support/http.js';

@Injectable()
class DeepService {
  constructor(private readonly context: TenantContext) {}

  async whoAmI(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    return this.context.tenant.id;
  }
}

@Controller(['things', 't/:domain/things'])
class ThingsController {
  constructor(private readonly deep: DeepService) {}

  @Get()
  async list(@CurrentTenant() tenant: Tenant): Promise<object> {
    return { parameter: tenant.id, service: await this.deep.whoAmI() };
  }

  @Post()
  async create(@CurrentTenant() tenant: Tenant, @Body() body: object): Promise<object> {
    return { parameter: tenant.id, service: await this.deep.whoAmI(), body };
  }
}

@Controller('open')
@TenantOptional()
class OpenController {
  constructor(private readonly context: TenantContext) {}

  @Get('untouched')
  untouched(): object {
    return { ok: true };
  }

  @Get('touched')
  touched(): object {
    return { tenant: this.context.tenantOrNull?.id ?? null };
  }
}

@Controller('operator')
@SuperTenantOnly()
class OperatorController {
  @Get()
  get(): object {
    return { ok: true };
  }
}

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com', aliases: ['www.bar.com'] },
  { id: 'paused', domain: 'paused.com' },
  { id: 'unborn', domain: 'unborn.com', status: 'provisioning' },
]);

/** Acts as the application's authentication: knows no user. It is registered before the library's guard. */
@Injectable()
class NotSignedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getClass() === PrivateController) throw new UnauthorizedException();
    return true;
  }
}

@Controller('private')
class PrivateController {
  @Get()
  get(): object {
    return {};
  }
}

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog,
      resolvers: [fromHost(), fromPath(), fromHeader({ name: 'X-Tenant', trustedProxies: ['loopback'] })],
    }),
  ],
  controllers: [ThingsController, OpenController, OperatorController, PrivateController],
  providers: [DeepService, { provide: APP_GUARD, useClass: NotSignedInGuard }],
})
class AppModule {}

describe.each(ADAPTERS)('the tenant of a request on %s', (adapter) => {
  let app: INestApplication;

  beforeAll(async () => {
    await catalog.suspend('paused');
    app = await startApp(AppModule, adapter);
  });
  afterAll(() => app.close());

  it('comes from path, host, alias or header, and reaches parameters and services', async () => {
    const foo = { parameter: 'foo', service: 'foo' };
    const bar = { parameter: 'bar', service: 'bar' };
    expect((await call(app, '/t/foo.com/things')).json).toEqual(foo);
    expect((await call(app, '/things', { headers: { host: 'foo.com' } })).json).toEqual(foo);
    expect((await call(app, '/things', { headers: { host: 'WWW.bar.com:8080' } })).json).toEqual(bar);
    expect((await call(app, '/things', { headers: { 'x-tenant': 'bar' } })).json).toEqual(bar);
  });

  it('is still there after a body was parsed', async () => {
    const body = { filler: 'x'.repeat(70_000) };
    const answer = await call(app, '/t/foo.com/things', { method: 'POST', body });
    expect(answer.json).toEqual({ parameter: 'foo', service: 'foo', body });
  });

  it.each([
    ['no tenant', '/things', {}, 400, 'MT_TENANT_REQUIRED'],
    ['an unknown path', '/t/nosuch.com/things', {}, 404, 'MT_TENANT_UNKNOWN'],
    ['an unknown host', '/things', { host: 'nosuch.com' }, 404, 'MT_TENANT_UNKNOWN'],
    ['a malformed path', '/t/-/things', {}, 400, 'MT_TENANT_IDENTIFIER_INVALID'],
    ['a malformed host', '/things', { host: 'a..b' }, 400, 'MT_TENANT_IDENTIFIER_INVALID'],
    ['two tenants', '/t/foo.com/things', { host: 'bar.com' }, 403, 'MT_TENANT_CONFLICT'],
    ['a suspended tenant', '/t/paused.com/things', {}, 403, 'MT_TENANT_SUSPENDED'],
    ['a tenant that is not ready', '/t/unborn.com/things', {}, 503, 'MT_TENANT_PROVISIONING'],
  ])('that names %s is refused as a problem', async (_what, path, headers, status, code) => {
    const answer = await call(app, path, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({ status, code });
  });

  it('may be missing on optional routes, and throws its error when it is read', async () => {
    expect((await call(app, '/open/touched')).json).toEqual({ tenant: null });
    expect((await call(app, '/open/touched', { headers: { host: 'foo.com' } })).json).toEqual({ tenant: 'foo' });
    expect((await call(app, '/open/touched', { headers: { host: 'paused.com' } })).status).toBe(403);
    expect((await call(app, '/open/untouched', { headers: { host: 'paused.com' } })).status).toBe(200);
  });

  it('must be the super tenant, with proof, on operator routes', async () => {
    expect((await call(app, '/operator', { headers: { 'x-tenant': 'super' } })).status).toBe(200);
    expect((await call(app, '/operator', { headers: { 'x-tenant': 'foo' } })).json).toMatchObject({
      code: 'MT_TENANT_FORBIDDEN',
    });
    expect((await call(app, '/operator')).json).toMatchObject({ status: 403, code: 'MT_TENANT_FORBIDDEN' });
  });

  it('is checked before the application’s own global guards run', async () => {
    expect((await call(app, '/private', { headers: { host: 'nosuch.com' } })).status).toBe(404);
    expect((await call(app, '/private', { headers: { host: 'foo.com' } })).status).toBe(401);
  });
});
