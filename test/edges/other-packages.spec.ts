import { Controller, Get, Injectable, Module, Req, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import {
  CurrentTenant,
  fromHost,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { makeCounterProvider, PrometheusController, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Strategy } from 'passport-custom';
import { register } from 'prom-client';
import serverless from 'serverless-http';
import { ADAPTERS, call, createApp, startApp } from '../support/http.js';

const catalog = new InMemoryTenantCatalog(['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` })));

interface Users {
  find(name: string): Promise<{ readonly name: string; readonly from: string } | undefined>;
}

const usersOf = ({ id }: Tenant): Users => ({
  find: async (name) => (name === 'ann' ? { name, from: id } : undefined),
});

describe.each(ADAPTERS)('a strategy of @nestjs/passport on %s', (adapter) => {
  @Injectable()
  class UserStrategy extends PassportStrategy(Strategy, 'user') {
    constructor(@InjectTenantClient('users') private readonly users: Users) {
      super();
    }
    async validate(request: { readonly headers: Readonly<Record<string, string>> }): Promise<unknown> {
      return this.users.find(request.headers['x-user'] ?? '');
    }
  }

  @Controller()
  class MeController {
    @Get('me')
    @UseGuards(AuthGuard('user'))
    me(@Req() request: { readonly user: unknown }): unknown {
      return request.user;
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()] }),
      MultitenancyModule.forFeature<Users>({ name: 'users', create: usersOf }),
      PassportModule,
    ],
    controllers: [MeController],
    providers: [UserStrategy],
  })
  class AppModule {}

  it('looks its user up with the injected client of the request’s tenant', async () => {
    const app = await startApp(AppModule, adapter);
    const me = (host: string, user: string): ReturnType<typeof call> =>
      call(app, '/me', { headers: { host, 'x-user': user } });
    expect((await me('foo.com', 'ann')).json).toEqual({ name: 'ann', from: 'foo' });
    expect((await me('bar.com', 'ann')).json).toEqual({ name: 'ann', from: 'bar' });
    expect((await me('foo.com', 'bob')).status).toBe(401);
    expect((await me('unknown.com', 'ann')).json).toMatchObject({ status: 404, code: 'MT_TENANT_UNKNOWN' });
    await app.close();
  });
});

describe('the controller of @willsoto/nestjs-prometheus', () => {
  afterEach(() => register.clear());

  const statusFor = async (central: readonly (typeof PrometheusController)[]): Promise<[number, string]> => {
    @Module({
      imports: [
        MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()], central }),
        PrometheusModule.register({ defaultMetrics: { enabled: false } }),
      ],
      providers: [makeCounterProvider({ name: 'visits_total', help: 'visits' })],
    })
    class AppModule {}
    const app = await startApp(AppModule, 'express');
    const { status, text } = await call(app, '/metrics', { headers: { host: '10.1.2.3:9090' } });
    await app.close();
    return [status, text];
  };

  it('is scraped by address where `central` names it', async () => {
    const [status, text] = await statusFor([PrometheusController]);
    expect([status, text]).toEqual([200, expect.stringContaining('visits_total')]);
  });

  it('is refused where nothing names it', async () => {
    expect((await statusFor([]))[0]).toBe(400);
  });
});

describe.each(ADAPTERS)('an application behind serverless-http on %s', (adapter) => {
  @Controller()
  class WhoController {
    constructor(
      @InjectTenantClient('users') private readonly users: Users,
      private readonly context: TenantContext,
    ) {}
    @Get('who')
    async who(@CurrentTenant('id') id: string): Promise<unknown> {
      return { id, of: this.context.tenant.domain, user: await this.users.find('ann') };
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()], serverless: true }),
      MultitenancyModule.forFeature<Users>({ name: 'users', create: usersOf }),
    ],
    controllers: [WhoController],
  })
  class AppModule {}

  /** An event of API Gateway, version 2. */
  const event = (host: string): object => ({
    version: '2.0',
    rawPath: '/who',
    rawQueryString: '',
    headers: { host },
    requestContext: { http: { method: 'GET', path: '/who', sourceIp: '192.0.2.1', protocol: 'HTTP/1.1' } },
    isBase64Encoded: false,
  });

  it('serves each event as the tenant of its host, with that tenant’s client', async () => {
    const app = await createApp(AppModule, adapter);
    await app.init();
    const handle = serverless(app.getHttpAdapter().getInstance() as Parameters<typeof serverless>[0]);
    const ask = async (host: string): Promise<[number, unknown]> => {
      const { statusCode, body } = (await handle(event(host), {})) as { statusCode: number; body: string };
      return [statusCode, JSON.parse(body)];
    };
    const answers = await Promise.all(['foo.com', 'bar.com', 'unknown.com'].map(ask));
    expect(answers).toEqual([
      [200, { id: 'foo', of: 'foo.com', user: { name: 'ann', from: 'foo' } }],
      [200, { id: 'bar', of: 'bar.com', user: { name: 'ann', from: 'bar' } }],
      [404, expect.objectContaining({ code: 'MT_TENANT_UNKNOWN' })],
    ]);
    await app.close();
  });
});
