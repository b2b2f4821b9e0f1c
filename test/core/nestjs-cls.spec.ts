import { Body, Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import type { INestApplication, MiddlewareConsumer, NestMiddleware, NestModule } from '@nestjs/common';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext, TenantOptional } from '@tenantry/core';
import { ClsModule, ClsService } from 'nestjs-cls';
import { ADAPTERS, call, startApp } from '../support/http.js';

@Controller('t/:domain/cls')
class ClsController {
  constructor(
    private readonly cls: ClsService,
    private readonly context: TenantContext,
  ) {}

  @Get()
  get(): object {
    return { theirs: this.cls.get<string>('theirs'), tenant: this.context.tenant.id };
  }

  @Post()
  async post(@Body() _body: object): Promise<object> {
    const inner = await this.context.run('bar', () => ({
      theirs: this.cls.get<string>('theirs'),
      tenant: this.context.tenant.id,
    }));
    return { theirs: this.cls.get<string>('theirs'), tenant: this.context.tenant.id, inner };
  }
}

@Injectable()
class TenantOfMiddleware implements NestMiddleware {
  constructor(private readonly context: TenantContext) {}
  use(_request: object, response: { setHeader(name: string, value: string): void }, next: () => void): void {
    response.setHeader('x-middleware-tenant', this.context.tenantOrNull?.id ?? 'none');
    next();
  }
}

@Controller('open')
class OpenController {
  @Get()
  @TenantOptional()
  get(): object {
    return {};
  }
}

@Module({
  imports: [
    ClsModule.forRoot({ middleware: { mount: true, setup: (cls) => cls.set('theirs', 'kept') } }),
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog([
        { id: 'foo', domain: 'foo.com' },
        { id: 'bar', domain: 'bar.com' },
      ]),
      resolvers: [fromPath()],
    }),
  ],
  controllers: [ClsController, OpenController],
})
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(TenantOfMiddleware).forRoutes('{*path}');
  }
}

describe.each(ADAPTERS)('beside ClsModule.forRoot with its middleware mounted on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startApp(AppModule, adapter)));
  afterAll(() => app.close());

  it('both contexts are there, also behind a parsed body and in a nested run', async () => {
    expect((await call(app, '/t/foo.com/cls')).json).toEqual({ theirs: 'kept', tenant: 'foo' });
    expect((await call(app, '/t/foo.com/cls', { method: 'POST', body: { filler: 'x'.repeat(70_000) } })).json).toEqual({
      theirs: 'kept',
      tenant: 'foo',
      inner: { theirs: 'kept', tenant: 'bar' },
    });
  });

  it('Nest middleware sees the tenant', async () => {
    expect((await call(app, '/t/foo.com/cls')).headers['x-middleware-tenant']).toBe('foo');
    expect((await call(app, '/open')).headers['x-middleware-tenant']).toBe('none');
  });
});
