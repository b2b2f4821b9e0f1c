import {
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  Req,
  Scope,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type {
  ArgumentsHost,
  CanActivate,
  ExceptionFilter,
  INestApplication,
  MiddlewareConsumer,
  NestMiddleware,
  PipeTransform,
} from '@nestjs/common';
import { APP_INTERCEPTOR, ModuleRef } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  fromHost,
  getTenantClientToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  UseTenantClients,
} from '@tenantry/core';
import type { Observable } from 'rxjs';
import { ADAPTERS, call } from '../support/http.js';
import type { AdapterName, HttpAnswer } from '../support/http.js';

interface Db {
  user(name: string): Promise<string>;
}
interface Cloud {
  region: string;
}
type SeenBy = Record<string, unknown>;

/** Every place of an application that looks something up in the tenant's own database before the handler runs. */
async function start(adapter: AdapterName, made: string[]): Promise<INestApplication> {
  @Injectable()
  class Users {
    constructor(@InjectTenantClient('db') private readonly db: Db) {}
    find = (name: string): Promise<string> => this.db.user(name);
  }

  @Injectable()
  class UserMiddleware implements NestMiddleware {
    constructor(private readonly users: Users) {}
    async use(request: SeenBy, _response: unknown, next: () => void): Promise<void> {
      request['middleware'] = await this.users.find('ann');
      next();
    }
  }

  @Injectable()
  class UserGuard implements CanActivate {
    constructor(private readonly users: Users) {}
    async canActivate(): Promise<boolean> {
      return (await this.users.find('ann')).startsWith('ann@');
    }
  }

  @Injectable({ scope: Scope.REQUEST })
  class RequestGuard extends UserGuard {}

  @UseTenantClients('db')
  class MadeByHand implements CanActivate {
    async canActivate(): Promise<boolean> {
      return (await app.get<Db>(getTenantClientToken('db'), { strict: false }).user('ann')).startsWith('ann@');
    }
  }

  /** What `PassportStrategy(Strategy)` makes: passport calls `authenticate`, and that calls `validate`. */
  abstract class Strategy {
    async authenticate(): Promise<string> {
      return this.validate('ann');
    }
    abstract validate(name: string): Promise<string>;
  }

  @Injectable()
  class DbStrategy extends Strategy {
    constructor(private readonly users: Users) {
      super();
    }
    async validate(name: string): Promise<string> {
      return this.users.find(name);
    }
  }

  /** As Passport's guard: nothing is injected into it. */
  class PassportGuard implements CanActivate {
    async canActivate(): Promise<boolean> {
      return (await app.get(DbStrategy, { strict: false }).authenticate()).startsWith('ann@');
    }
  }

  @Injectable()
  class Audit {
    constructor(@InjectTenantClient('audit') private readonly audit: Db) {}
    async intercept(_context: unknown, next: { handle(): Observable<unknown> }): Promise<Observable<unknown>> {
      await this.audit.user('audit');
      return next.handle();
    }
  }

  @Injectable()
  class OwnerPipe implements PipeTransform {
    constructor(private readonly users: Users) {}
    transform(value: object): Promise<string> | object {
      return Object.keys(value).length === 0 ? this.users.find('pipe') : value;
    }
  }

  @Catch(TypeError)
  @Injectable()
  class DbFilter implements ExceptionFilter {
    constructor(private readonly users: Users) {}
    async catch(error: TypeError, host: ArgumentsHost): Promise<void> {
      const response = host.switchToHttp().getResponse<{ raw?: never; end(text: string): void; statusCode: number }>();
      const raw: typeof response = response.raw ?? response;
      raw.statusCode = 418;
      raw.end(`${error.message} ${await this.users.find('filter')}`);
    }
  }

  @Injectable()
  class LooksUp {
    constructor(private readonly moduleRef: ModuleRef) {}
    find = (): Promise<string> => this.moduleRef.get<Db>(getTenantClientToken('db'), { strict: false }).user('ref');
  }

  @Injectable()
  @UseTenantClients('db')
  class DeclaresWhatItLooksUp extends LooksUp {}

  @Controller()
  class PlacesController {
    constructor(private readonly lookUp: DeclaresWhatItLooksUp) {}
    @Get('guard')
    @UseGuards(UserGuard)
    guard(): string {
      return 'ok';
    }
    @Get('request-guard')
    @UseGuards(RequestGuard)
    requestGuard(): string {
      return 'ok';
    }
    @Get('by-hand')
    @UseGuards(new MadeByHand())
    byHand(): string {
      return 'ok';
    }
    @Get('passport')
    @UseGuards(PassportGuard)
    passport(): string {
      return 'ok';
    }
    @Get('middleware')
    middleware(@Req() request: SeenBy & { raw?: SeenBy }): unknown {
      return { seen: request['middleware'] ?? request.raw?.['middleware'] };
    }
    @Post('pipe')
    pipe(@Body(OwnerPipe) owner: string): unknown {
      return { owner };
    }
    @Get('filter')
    @UseFilters(DbFilter)
    filter(): never {
      throw new TypeError('thrown for');
    }
    @Get('module-ref')
    async moduleRef(): Promise<unknown> {
      return { user: await this.lookUp.find() };
    }
  }
  @Controller()
  class UndeclaredController {
    constructor(private readonly lookUp: LooksUp) {}
    @Get('module-ref/undeclared')
    moduleRef(): Promise<string> {
      return this.lookUp.find();
    }
    @Get('module-ref/handler')
    @UseTenantClients('db')
    declared(): Promise<string> {
      return this.lookUp.find();
    }
  }
  @Controller()
  class OneKindController {
    constructor(private readonly lookUp: LooksUp) {}
    @Get('module-ref/one-kind')
    find(): Promise<string> {
      return this.lookUp.find();
    }
  }
  @Controller('class')
  @UseTenantClients('sandbox')
  class ClassController {
    constructor(private readonly moduleRef: ModuleRef) {}
    @Get('declared')
    declared(): Promise<string> {
      return this.moduleRef.get<Db>(getTenantClientToken('sandbox'), { strict: false }).user('ann');
    }
    @Get('handler')
    @UseTenantClients('db')
    handler(): Promise<string> {
      return this.declared();
    }
  }
  @Controller('class-failing')
  @UseTenantClients('cloud')
  class FailingClassController {
    @Get()
    never(): string {
      return 'reached';
    }
  }
  @Controller('kinds')
  class KindsController {
    constructor(
      @InjectTenantClient('db') private readonly db: Db,
      @InjectTenantClient('cloud') private readonly cloud: Cloud,
      @InjectTenantClient('sandbox') private readonly sandbox: Db,
      private readonly context: TenantContext,
    ) {}
    @Get('db')
    async usesDb(): Promise<unknown> {
      return { user: await this.db.user('ann') };
    }
    @Get('cloud')
    usesCloud(): unknown {
      return { region: this.cloud.region };
    }
    @Get('declared')
    @UseTenantClients('db')
    async declares(): Promise<unknown> {
      return { user: await this.db.user('ann') };
    }
    @Get('declared-too-little')
    @UseTenantClients('db')
    declaresTooLittle(): unknown {
      return { region: this.cloud.region };
    }
    @Get('declared-failing')
    @UseTenantClients('cloud')
    declaresFailing(): unknown {
      return { never: 'reached' };
    }
    @Get('sandbox')
    async withoutSandbox(): Promise<unknown> {
      return { user: await this.sandbox.user('ann') };
    }
    @Get('sandbox/acquired')
    async withSandbox(): Promise<unknown> {
      await this.context.acquire('sandbox');
      return { user: await this.sandbox.user('ann') };
    }
    @Get('none')
    @UseTenantClients()
    none(): unknown {
      return {};
    }
  }

  const kind = (name: string, acquire?: 'declared'): ReturnType<typeof MultitenancyModule.forFeature> =>
    MultitenancyModule.forFeature({
      name,
      ...(acquire !== undefined && { acquire }),
      create: ({ id, domain }) => {
        made.push(`${name} of ${id}`);
        if (name === 'cloud') throw new Error('the cloud is down');
        return { user: async (user: string) => `${user}@${domain}` };
      },
    });

  const db = kind('db');
  @Module({ imports: [db], controllers: [OneKindController], providers: [LooksUp] })
  class OneKindModule {}

  @Module({
    imports: [
      OneKindModule,
      MultitenancyModule.forRoot({
        catalog: await withSuspended('sus', [
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
          { id: 'sus', domain: 'sus.com' },
        ]),
        resolvers: [fromHost()],
      }),
      db,
      kind('audit'),
      kind('cloud'),
      kind('sandbox', 'declared'),
    ],
    controllers: [PlacesController, UndeclaredController, ClassController, FailingClassController, KindsController],
    providers: [Users, DbStrategy, LooksUp, DeclaresWhatItLooksUp, { provide: APP_INTERCEPTOR, useClass: Audit }],
  })
  class AppModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(UserMiddleware).forRoutes('middleware');
    }
  }

  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return app;
}

async function withSuspended(
  id: string,
  tenants: ConstructorParameters<typeof InMemoryTenantCatalog>[0],
): Promise<InMemoryTenantCatalog> {
  const catalog = new InMemoryTenantCatalog(tenants);
  await catalog.suspend(id);
  return catalog;
}

describe.each(ADAPTERS)('clients before and in handlers on %s', (adapter) => {
  let app: INestApplication;
  const made: string[] = [];
  const ask = (path: string, host = 'foo.com', method = 'GET'): Promise<HttpAnswer> =>
    call(app, path, { method, headers: { host }, ...(method === 'POST' && { body: {} }) });
  beforeAll(async () => void (app = await start(adapter, made)));
  afterAll(() => app.close());

  it.each(['guard', 'request-guard', 'by-hand', 'passport'])('are there for a guard: /%s', async (path) => {
    for (const host of ['foo.com', 'bar.com']) expect((await ask(`/${path}`, host)).text).toBe('ok');
  });

  it('are there for middleware, of the request’s own tenant', async () => {
    expect((await ask('/middleware')).json).toEqual({ seen: 'ann@foo.com' });
    expect((await ask('/middleware', 'bar.com')).json).toEqual({ seen: 'ann@bar.com' });
  });

  it('leave middleware to the tenant’s verdict', async () => {
    expect((await ask('/middleware', 'unknown.com')).json).toMatchObject({ status: 404, code: 'MT_TENANT_UNKNOWN' });
    expect((await ask('/middleware', 'sus.com')).json).toMatchObject({ status: 403, code: 'MT_TENANT_SUSPENDED' });
  });

  it('are there for pipes and exception filters', async () => {
    expect((await ask('/pipe', 'foo.com', 'POST')).json).toEqual({ owner: 'pipe@foo.com' });
    const filtered = await ask('/filter', 'bar.com');
    expect([filtered.status, filtered.text]).toEqual([418, 'thrown for filter@bar.com']);
  });

  it('are there for what ModuleRef looks up, where the provider or the handler declares them', async () => {
    expect((await ask('/module-ref')).json).toEqual({ user: 'ref@foo.com' });
    expect((await ask('/module-ref/handler')).text).toBe('ref@foo.com');
  });

  it('are not acquired because ModuleRef could look them up', async () => {
    made.length = 0;
    expect((await ask('/module-ref/undeclared')).json).toMatchObject({ status: 500, code: 'MT_CLIENT_NOT_ACQUIRED' });
    expect((await ask('/module-ref')).status).toBe(200);
    expect(made.filter((client) => client.startsWith('cloud'))).toEqual([]);
  });

  it('are acquired for ModuleRef where its module can inject one kind only', async () => {
    expect((await ask('/module-ref/one-kind', 'bar.com')).text).toBe('ref@bar.com');
  });

  it('of a kind that fails fail what uses it, and nothing else', async () => {
    expect((await ask('/kinds/db')).json).toEqual({ user: 'ann@foo.com' });
    expect((await ask('/kinds/cloud')).json).toMatchObject({ status: 503, code: 'MT_CLIENT_CREATE_FAILED' });
    expect((await ask('/kinds/declared-failing')).json).toMatchObject({ status: 503, code: 'MT_CLIENT_CREATE_FAILED' });
  });

  it('are exactly those that a handler declares', async () => {
    made.length = 0;
    expect((await ask('/kinds/declared', 'bar.com')).json).toEqual({ user: 'ann@bar.com' });
    expect((await ask('/kinds/none', 'bar.com')).json).toEqual({});
    expect(made).not.toContain('cloud of bar');
    expect((await ask('/kinds/declared-too-little', 'bar.com')).json).toMatchObject({
      status: 500,
      code: 'MT_CLIENT_NOT_ACQUIRED',
    });
  });

  it('of a kind that has to be declared are made when they are asked for', async () => {
    made.length = 0;
    expect((await ask('/kinds/sandbox')).json).toMatchObject({ status: 500, code: 'MT_CLIENT_NOT_ACQUIRED' });
    expect(made).not.toContain('sandbox of foo');
    expect((await ask('/kinds/sandbox/acquired')).json).toEqual({ user: 'ann@foo.com' });
    expect(made).toContain('sandbox of foo');
  });

  it('that a controller declares are acquired for each of its handlers that declares none itself', async () => {
    for (const host of ['foo.com', 'bar.com']) expect((await ask('/class/declared', host)).text).toBe(`ann@${host}`);
    expect((await ask('/class/handler')).json).toMatchObject({ status: 500, code: 'MT_CLIENT_NOT_ACQUIRED' });
    expect((await ask('/class-failing')).json).toMatchObject({ status: 503, code: 'MT_CLIENT_CREATE_FAILED' });
  });
});
