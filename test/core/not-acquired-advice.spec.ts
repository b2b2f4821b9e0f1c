import {
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { CanActivate, ExceptionFilter, INestApplication, MiddlewareConsumer, PipeTransform } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  fromHost,
  InjectTenantClient,
  InMemoryTenantCatalog,
  InTenantScope,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ADAPTERS, call } from '../support/http.js';
import type { AdapterName } from '../support/http.js';

interface Db {
  find(): string;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An application in which the only kind has to be declared, and no class declares it. */
async function start(adapter: AdapterName, seen: string[]): Promise<INestApplication> {
  @Injectable()
  class Users {
    constructor(@InjectTenantClient('db') private readonly db: Db) {}

    /** Later, as behind another query: the call stack is then the one that V8 keeps for `await`. */
    async find(): Promise<void> {
      await turn();
      try {
        this.db.find();
      } catch (error) {
        seen.push((error as Error).message);
      }
    }
  }

  @Injectable()
  class SessionMiddleware {
    constructor(private readonly users: Users) {}
    async use(_request: unknown, _response: unknown, next: () => void): Promise<void> {
      await this.users.find();
      next();
    }
  }

  @Injectable()
  class OwnerGuard implements CanActivate {
    constructor(private readonly users: Users) {}
    async canActivate(): Promise<boolean> {
      await this.users.find();
      return true;
    }
  }

  @Injectable()
  class AuditInterceptor {
    constructor(private readonly users: Users) {}
    async intercept(_context: unknown, next: { handle(): Observable<unknown> }): Promise<Observable<unknown>> {
      await this.users.find();
      return next.handle();
    }
  }

  /** No frame of it is left when the handler's result passes it. */
  @Injectable()
  class MappingInterceptor {
    constructor(private readonly users: Users) {}
    intercept(_context: unknown, next: { handle(): Observable<unknown> }): Observable<unknown> {
      return next.handle().pipe(map(() => this.users.find().then(() => 'mapped')));
    }
  }

  @Injectable()
  class OwnerPipe implements PipeTransform {
    constructor(private readonly users: Users) {}
    async transform(value: unknown): Promise<unknown> {
      await this.users.find();
      return value;
    }
  }

  @Catch(TypeError)
  @Injectable()
  class OwnerFilter implements ExceptionFilter {
    constructor(private readonly users: Users) {}
    async catch(_error: TypeError, host: Parameters<ExceptionFilter['catch']>[1]): Promise<void> {
      await this.users.find();
      host.switchToHttp().getResponse<{ status(code: number): { send(text: string): void } }>().status(200).send('ok');
    }
  }

  @Injectable()
  class RowStrategy {
    constructor(private readonly users: Users) {}
    authenticate = (): Promise<boolean> => this.validate();
    async validate(): Promise<boolean> {
      await this.users.find();
      return true;
    }
  }

  @Injectable()
  class StrategyGuard implements CanActivate {
    constructor(private readonly strategy: RowStrategy) {}
    canActivate(): Promise<boolean> {
      return this.strategy.authenticate();
    }
  }

  @Controller()
  class PlacesController {
    constructor(
      private readonly users: Users,
      private readonly context: TenantContext,
    ) {}
    @Get('middleware')
    middleware(): string {
      return 'ok';
    }
    @Get('guard')
    @UseGuards(OwnerGuard)
    guard(): string {
      return 'ok';
    }
    @Get('strategy')
    @UseGuards(StrategyGuard)
    strategy(): string {
      return 'ok';
    }
    @Get('interceptor')
    @UseInterceptors(AuditInterceptor)
    interceptor(): string {
      return 'ok';
    }
    @Get('mapped')
    @UseInterceptors(MappingInterceptor)
    mapped(): string {
      return 'ok';
    }
    @Get('pipe/:id')
    pipe(@Param('id', OwnerPipe) id: string): string {
      return id;
    }
    @Get('filter')
    @UseFilters(OwnerFilter)
    filter(): never {
      throw new TypeError('no row');
    }
    @Get('handler')
    async handler(): Promise<string> {
      await this.users.find();
      return 'ok';
    }
    @Get('run')
    async run(): Promise<string> {
      await this.context.run('foo', () => this.users.find());
      return 'ok';
    }
    @Get('round')
    async round(): Promise<string> {
      await this.context.forEachTenant(() => this.users.find());
      return 'ok';
    }
    @Get('own-scope')
    async ownScope(): Promise<string> {
      await this.inItsOwnScope();
      return 'ok';
    }
    @InTenantScope()
    async inItsOwnScope(): Promise<void> {
      await this.users.find();
    }
    @Get('over')
    over(): string {
      const { users } = this;
      void (async () => {
        // The request's signal does not fire when it ends well; its scope is over some turns later.
        for (let late = 0; late < 50; late += 1) await turn();
        await users.find();
      })();
      return 'ok';
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromHost()],
      }),
      MultitenancyModule.forFeature<Db>({ name: 'db', acquire: 'declared', create: () => ({ find: () => 'row' }) }),
    ],
    controllers: [PlacesController],
    providers: [Users, RowStrategy],
  })
  class AppModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(SessionMiddleware).forRoutes('middleware');
    }
  }

  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return app;
}

describe.each(ADAPTERS)('MT_CLIENT_NOT_ACQUIRED on %s', (adapter) => {
  let app: INestApplication;
  const seen: string[] = [];
  beforeAll(async () => void (app = await start(adapter, seen)));
  afterAll(() => app.close());

  it.each([
    ['middleware', 'Declare it on the middleware: @UseTenantClients("db") on the class SessionMiddleware.'],
    ['guard', 'Declare it on the guard: @UseTenantClients("db") on the class OwnerGuard.'],
    ['strategy', 'Declare it on the Passport strategy or validator: @UseTenantClients("db") on the class RowStrategy.'],
    ['interceptor', 'Declare it on the interceptor: @UseTenantClients("db") on the class AuditInterceptor.'],
    ['mapped', 'Declare it on the handler: @UseTenantClients("db") on PlacesController.mapped.'],
    ['pipe/1', 'Declare it on the pipe: @UseTenantClients("db") on the class OwnerPipe.'],
    ['filter', 'Declare it on the exception filter: @UseTenantClients("db") on the class OwnerFilter.'],
    ['handler', 'Declare it on the handler: @UseTenantClients("db") on PlacesController.handler.'],
    ['run', 'Pass { clients: ["db"] } to the tenantContext.run that runs this.'],
    ['round', 'Pass { clients: ["db"] } to the tenantContext.forEachTenant that runs this.'],
    ['own-scope', 'Name it in the decorator of the method: @InTenantScope({ clients: ["db"] }).'],
    [
      'over',
      'Await the work before the end, or give it a scope of its own: @InTenantScope({ clients: ["db"] }) on its method, or tenantContext.run(tenantId, fn, { clients: ["db"] }).',
    ],
  ])('names the declaration for the place: %s', async (path, remedy) => {
    seen.length = 0;
    expect((await call(app, `/${path}`, { headers: { host: 'foo.com' } })).status).toBe(200);
    while (seen.length === 0) await turn();
    const [why] = path === 'over' ? ['its request or job is over'] : ['this request or job has not acquired it'];
    expect(seen).toEqual([`The "db" client may not be used here: ${why}. ${remedy}`]);
  });
});
