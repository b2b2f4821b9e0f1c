import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import {
  fromHost,
  fromJwtClaim,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  TenantOptional,
} from '@tenantry/core';
import { ADAPTERS, call, startApp } from '../support/http.js';

const catalog = new InMemoryTenantCatalog(['foo', 'www'].map((id) => ({ id, domain: `${id}.example` })));

@Controller()
@TenantOptional()
class WhoController {
  constructor(private readonly context: TenantContext) {}

  @Get()
  who(): object {
    return { tenant: this.context.tenantOrNull?.id ?? null };
  }
}

describe.each(ADAPTERS)('hosts of the service itself on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    const byHost = fromHost({ baseDomain: 'app.test', centralSubdomains: ['www', 'app', 'eu.api'] });
    const byToken = fromJwtClaim({ claim: 'tid', verify: (token) => ({ tid: token }) });
    @Module({
      imports: [MultitenancyModule.forRoot({ catalog, resolvers: [byHost, byToken] })],
      controllers: [WhoController],
    })
    class AppModule {}
    app = await startApp(AppModule, adapter);
  });
  afterAll(() => app.close());

  it.each([
    ['www.app.test', null],
    ['APP.app.test:443', null],
    ['eu.api.app.test', null],
    ['www.www.app.test', null],
    ['foo.app.test', 'foo'],
    ['www.foo.app.test', 'foo'],
    ['app.foo.app.test.', 'foo'],
  ])('%s names the tenant %p', async (host, tenant) => {
    expect((await call(app, '/', { headers: { host } })).json).toEqual({ tenant });
  });

  it.each([
    ['unknown.app.test', 404],
    ['api.foo.app.test', 400],
    ['www.app.foo.app.test', 400],
    ['www..app.test', 400],
  ])('%s is refused', async (host, status) => {
    expect((await call(app, '/', { headers: { host } })).status).toBe(status);
  });

  it('leave the tenant to a token', async () => {
    const of = async (host: string): Promise<unknown> =>
      (await call(app, '/', { headers: { host, authorization: 'Bearer foo' } })).json;
    expect(await of('app.app.test')).toEqual({ tenant: 'foo' });
    expect(await of('www.foo.app.test')).toEqual({ tenant: 'foo' });
  });
});

describe.each(ADAPTERS)('the base domain localhost on %s', (adapter) => {
  it('serves tenants on the machine of a developer', async () => {
    @Module({
      imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromHost({ baseDomain: 'localhost' })] })],
      controllers: [WhoController],
    })
    class AppModule {}
    const app = await startApp(AppModule, adapter);
    const of = async (host: string): Promise<unknown> => (await call(app, '/', { headers: { host } })).json;
    try {
      expect(await of('foo.localhost:3000')).toEqual({ tenant: 'foo' });
      expect(await of('localhost:3000')).toEqual({ tenant: null });
      expect(await of('127.0.0.1:3000')).toEqual({ tenant: null });
    } finally {
      await app.close();
    }
  });
});

it.each([
  [{ baseDomain: 'app.test', centralSubdomains: ['WWW'] }, '"WWW"'],
  [{ baseDomain: 'app.test', centralSubdomains: ['www.'] }, '"www."'],
  [{ baseDomain: 'app.test', centralSubdomains: 'www' as never }, 'www'],
  [{ centralSubdomains: ['www'] }, 'beside a baseDomain'],
])('refuses %j', (options, named) => {
  expect(() => fromHost(options)).toThrow(named);
});
