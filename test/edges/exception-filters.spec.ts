import { Catch, Controller, Get, HttpException, HttpStatus, Module, UseFilters } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter, INestApplication, Provider, Type } from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import {
  fromHost,
  InMemoryTenantCatalog,
  MultitenancyError,
  MultitenancyModule,
  TenantContextMissingError,
  TenantUnknownError,
} from '@tenantry/core';
import type { ErrorDetail } from '@tenantry/core/spi';
import { ADAPTERS, call, createApp } from '../support/http.js';
import type { AdapterName, HttpAnswer } from '../support/http.js';

/** The catch-all filter of Nest's documentation. */
@Catch()
class CatchEverythingFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    const message = exception instanceof Error ? exception.message : '';
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { own: true, message }, status);
  }
}

@Catch(HttpException)
class HttpOnlyFilter extends CatchEverythingFilter {
  override catch(exception: HttpException, host: ArgumentsHost): void {
    super.catch(exception, host);
  }
}

@Catch()
class BasedFilter extends BaseExceptionFilter {}

@Catch(TenantUnknownError)
class NoSuchShopFilter extends CatchEverythingFilter {
  override catch(exception: TenantUnknownError, host: ArgumentsHost): void {
    super.catch(exception, host);
  }
}

@Controller()
class PlainController {
  @Get()
  get(): object {
    return {};
  }
}

/** Guards throw before the filters of a controller are left out of account. */
@Controller()
@UseFilters(CatchEverythingFilter)
class FilteredController extends PlainController {}

const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);
beforeAll(async () => {
  await catalog.create({ id: 'paused', domain: 'paused.com' });
  await catalog.suspend('paused');
});

interface SetUp {
  readonly providers?: readonly Provider[];
  readonly controller?: Type;
  readonly errorDetail?: ErrorDetail;
  readonly importedFirst?: boolean;
  readonly use?: (app: INestApplication) => unknown;
}

async function answersOf(adapter: AdapterName, hosts: readonly string[], setUp: SetUp): Promise<HttpAnswer[]> {
  const { providers = [], controller = PlainController, errorDetail = 'full', importedFirst = true, use } = setUp;
  @Module({ providers: [...providers] })
  class FiltersModule {}
  const tenants = MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()], errorDetail });
  @Module({
    imports: importedFirst ? [FiltersModule, tenants] : [tenants, FiltersModule],
    controllers: [controller],
  })
  class AppModule {}
  const app = await createApp(AppModule, adapter);
  try {
    use?.(app);
    await app.listen(0, '127.0.0.1');
    return await Promise.all(hosts.map((host) => call(app, '/', { headers: { host } })));
  } finally {
    await app.close();
  }
}

const everywhere: readonly [where: string, setUp: SetUp][] = [
  ['nowhere', {}],
  ['with APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: CatchEverythingFilter }] }],
  [
    'with APP_FILTER, imported last',
    { providers: [{ provide: APP_FILTER, useClass: HttpOnlyFilter }], importedFirst: false },
  ],
  ['with APP_FILTER, on the base of Nest’s', { providers: [{ provide: APP_FILTER, useClass: BasedFilter }] }],
  [
    'with useGlobalFilters',
    { use: (app) => app.useGlobalFilters(new CatchEverythingFilter(app.get(HttpAdapterHost))) },
  ],
  [
    'with useGlobalFilters, on the base of Nest’s',
    { use: (app) => app.useGlobalFilters(new BasedFilter(app.get(HttpAdapterHost).httpAdapter)) },
  ],
  ['on the controller', { controller: FilteredController }],
];

describe.each(ADAPTERS)('an exception filter that does not know this library, on %s', (adapter) => {
  it.each(everywhere)('registered %s answers with the status of the error', async (_where, setUp) => {
    const answers = await answersOf(adapter, ['unknown.com', '127.0.0.1', 'paused.com'], setUp);
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 403]);
  });

  it.each(everywhere.filter(([where]) => where !== 'nowhere'))(
    'registered %s learns nothing more with opaque errors',
    async (_where, setUp) => {
      const [unknown, paused] = await answersOf(adapter, ['unknown.com', 'paused.com'], {
        ...setUp,
        errorDetail: 'opaque',
      });
      expect([paused?.status, paused?.text]).toEqual([unknown?.status, unknown?.text]);
      expect(unknown?.status).toBe(404);
    },
  );

  it.each([true, false])('gives way to a filter for one of our errors (imported first: %s)', async (importedFirst) => {
    const providers = [{ provide: APP_FILTER, useClass: NoSuchShopFilter }];
    const [unknown, required] = await answersOf(adapter, ['unknown.com', '127.0.0.1'], { providers, importedFirst });
    expect(unknown).toMatchObject({ status: 404, json: { own: true } });
    expect(required).toMatchObject({ status: 400, json: { code: 'MT_TENANT_REQUIRED' } });
  });
});

describe('an error of the library', () => {
  it('is an HttpException whose response has the members of a problem and of Nest’s own', () => {
    const error = new TenantUnknownError('missing');
    expect(error).toBeInstanceOf(HttpException);
    expect([error.getStatus(), error.name]).toEqual([404, 'TenantUnknownError']);
    expect(error.getResponse()).toMatchObject({
      status: 404,
      statusCode: 404,
      code: 'MT_TENANT_UNKNOWN',
      message: 'There is no tenant "missing".',
    });
  });

  it('keeps the text of a programming error out of its response, and its cause out of its own keys', () => {
    expect(new TenantContextMissingError().getResponse()).toMatchObject({ message: 'See the log of the service.' });
    const error = new MultitenancyError('MT_TENANT_UNKNOWN', 'no', { cause: new Error('secret') });
    expect([(error.cause as Error).message, Object.keys(error)]).toEqual([
      'secret',
      expect.not.arrayContaining(['cause']),
    ]);
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
