import { Controller, Get, Inject, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext, TenantOptional } from '@tenantry/core';
import { ClsModule, ClsService, InjectableProxy } from 'nestjs-cls';
import { ADAPTERS, call, startApp } from '../support/http.js';

@InjectableProxy()
class TenantKey {
  readonly of: string;
  constructor(@Inject(TenantContext) context: TenantContext) {
    this.of = context.tenant.id;
  }
}

@Controller()
class ReportController {
  constructor(private readonly context: TenantContext) {}

  @Get('t/:domain/report')
  report(): object {
    return { all: this.context.isSuperTenant };
  }

  @Get('public')
  @TenantOptional()
  open(): object {
    return { all: this.context.isSuperTenant };
  }
}

@Module({
  imports: [
    ClsModule.forRoot({ global: true }),
    ClsModule.forFeature(TenantKey),
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog([
        { id: 'foo', domain: 'foo.com' },
        { id: 'bar', domain: 'bar.com' },
      ]),
      resolvers: [fromPath()],
    }),
  ],
  controllers: [ReportController],
})
class AppModule {}

describe('scopes within scopes', () => {
  let app: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>;
  beforeAll(async () => {
    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  });
  afterAll(() => app.close());

  it('objects that were made for the outer tenant are not visible in a run of another one, and are back after it', async () => {
    const [context, cls, key] = [app.get(TenantContext), app.get(ClsService), app.get(TenantKey)];
    await context.run('foo', async () => {
      await cls.proxy.resolve();
      cls.set('transaction', { of: 'foo' });
      cls.set('correlation', 'c-1');
      const seen = await context.run('bar', async () => {
        const before = [cls.get('transaction'), cls.get('correlation')];
        await cls.proxy.resolve();
        return [...before, key.of];
      });
      expect(seen).toEqual([undefined, 'c-1', 'bar']);
      expect([key.of, cls.get('transaction')]).toEqual(['foo', { of: 'foo' }]);
      expect(await context.run('foo', () => [key.of, cls.get('transaction')])).toEqual(['foo', { of: 'foo' }]);
    });
  });

  it('an application sees nothing of the scope of another one in the same process', async () => {
    const other = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const [mine, theirs] = [app.get(TenantContext), other.get(TenantContext)];
    const seen = await mine.run('foo', async () => [
      theirs.tenantOrNull?.id ?? 'none',
      theirs.isSuperTenant,
      await theirs.run('bar', () => [mine.tenant.id, theirs.tenant.id]),
      mine.tenant.id,
    ]);
    expect(seen).toEqual(['none', false, ['foo', 'bar'], 'foo']);
    await mine.run('foo', () =>
      expect(() => theirs.tenant).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' })),
    );
    await other.close();
  });

  it('only runAsSuperTenant makes code the operator’s, a run of an id that came from somewhere does not', async () => {
    const context = app.get(TenantContext);
    expect(await context.runAsSuperTenant(() => [context.isSuperTenant, context.tenant.id])).toEqual([true, 'super']);
    expect(await context.run('super', () => [context.isSuperTenant, context.tenant.id])).toEqual([false, 'super']);
  });
});

describe.each(ADAPTERS)('isSuperTenant on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startApp(AppModule, adapter)));
  afterAll(() => app.close());

  it('is false for a path that names the super tenant without evidence', async () => {
    const { status, json } = await call(app, '/t/super/report');
    expect(status >= 400 || (json as { all: boolean }).all === false).toBe(true);
    expect((await call(app, '/public')).json).toEqual({ all: false });
  });
});
