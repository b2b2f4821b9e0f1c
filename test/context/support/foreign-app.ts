import { Readable } from 'node:stream';
import { Catch, Controller, Get, Injectable, Module, Sse, StreamableFile, UseFilters, UseGuards } from '@nestjs/common';
import type {
  ArgumentsHost,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  INestApplication,
  MessageEvent,
  MiddlewareConsumer,
  NestInterceptor,
  NestMiddleware,
  NestModule,
  PipeTransform,
} from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fromPath, InjectTenantClient, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { ClsService } from 'nestjs-cls';
import { interval, map, take, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AdapterName } from '../../support/http.js';
import { DbClient } from './db-client.js';
import { Stops, Tally } from './stops.js';
import { CurrentVisit, visitOf } from './visit.js';
import type { Visit } from './visit.js';

type Next = () => void;

/** One connection that all requests share: it answers several at once, all in the context of the first that asked. */
class SharedConnection {
  readonly #waiting: Next[] = [];

  query(answered: Next): void {
    this.#waiting.push(answered);
    if (this.#waiting.length > 1) return;
    setImmediate(() => this.#waiting.splice(0).forEach((each) => each()));
  }
}

const connection = new SharedConnection();
const isVia = (request: { url?: string; originalUrl?: string }, sort: string): boolean =>
  (request.originalUrl ?? request.url ?? '').includes(`via=${sort}`);
/** Continues from the callback of a shared connection, for requests that ask for this sort. */
const lossy =
  (sort: string) =>
  (request: object, _response: unknown, next: Next): void =>
    isVia(request, sort) ? connection.query(next) : next();

@Injectable()
class LossyMiddleware implements NestMiddleware {
  use = lossy('class');
}

/** Behind the one that has lost the context; another user of the store of nestjs-cls. */
@Injectable()
class NextMiddleware implements NestMiddleware {
  constructor(
    private readonly stops: Stops,
    private readonly cls: ClsService,
  ) {}

  use(request: object, _response: object, next: Next): void {
    const visit = visitOf(request);
    this.stops.at('middleware', visit);
    this.cls.run(() => {
      this.cls.set('serial', visit.serial);
      next();
    });
  }
}

/** Loses what the middleware before it has put into the store, unless that is kept. */
@Injectable()
class LateMiddleware implements NestMiddleware {
  use = lossy('late');
}

@Injectable()
class StopGuard implements CanActivate {
  constructor(private readonly stops: Stops) {}
  canActivate(context: ExecutionContext): boolean {
    this.stops.at('guard', visitOf(context.switchToHttp().getRequest<object>()));
    return true;
  }
}

@Injectable()
class StopPipe implements PipeTransform<Visit, Visit> {
  constructor(private readonly stops: Stops) {}
  transform(visit: Visit): Visit {
    this.stops.at('pipe', visit);
    return visit;
  }
}

@Injectable()
class StopInterceptor implements NestInterceptor {
  constructor(private readonly stops: Stops) {}
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const visit = visitOf(context.switchToHttp().getRequest<object>());
    this.stops.at('interceptor', visit);
    return next.handle().pipe(tap({ finalize: () => this.stops.at('interceptor', visit) }));
  }
}

class Thrown extends Error {}

@Catch(Thrown)
@Injectable()
class StopFilter implements ExceptionFilter<Thrown> {
  constructor(
    private readonly stops: Stops,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  catch(_error: Thrown, host: ArgumentsHost): void {
    const [request, response] = host.getArgs<[object, object]>();
    this.adapterHost.httpAdapter.reply(response, this.stops.lastWords(visitOf(request)), 200);
  }
}

@Controller('t/:domain')
@UseGuards(StopGuard)
@UseFilters(StopFilter)
class ForeignController {
  constructor(
    private readonly stops: Stops,
    private readonly cls: ClsService,
  ) {}

  @Get('plain')
  plain(@CurrentVisit(StopPipe) visit: Visit): string {
    this.stops.same('value of another user', visit.serial, String(visit.serial), String(this.cls.get('serial')));
    return this.stops.lastWords(visit);
  }

  @Get('throws')
  throws(@CurrentVisit(StopPipe) visit: Visit): never {
    throw new Thrown(String(visit.serial));
  }

  @Get('observable')
  observable(@CurrentVisit(StopPipe) visit: Visit): Observable<string> {
    return interval(1).pipe(
      take(1),
      map(() => this.stops.lastWords(visit)),
    );
  }

  @Sse('events')
  events(@CurrentVisit(StopPipe) visit: Visit): Observable<MessageEvent> {
    return interval(1).pipe(
      take(2),
      map(() => ({ data: this.stops.lastWords(visit) })),
    );
  }

  @Get('file')
  file(@CurrentVisit(StopPipe) visit: Visit): StreamableFile {
    return new StreamableFile(Readable.from(this.#chunks(visit), { objectMode: false }), { type: 'text/plain' });
  }

  async *#chunks(visit: Visit): AsyncGenerator<string> {
    for (let n = 0; n < 4; n += 1) yield `${'x'.repeat(20_000)}\n`;
    yield this.stops.lastWords(visit);
  }
}

@Controller('t/:domain')
class ClientController {
  constructor(
    private readonly stops: Stops,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @Get('client')
  async client(@CurrentVisit() visit: Visit): Promise<string> {
    this.stops.same('client', visit.serial, visit.tenantId, await this.db.whose());
    return this.stops.lastWords(visit);
  }
}

/** The ways of a request to its handler; each calls back from the shared connection. */
export const SORTS: Readonly<Record<AdapterName, readonly string[]>> = {
  express: ['function', 'class', 'late'],
  fastify: ['function', 'class', 'late', 'onRequest', 'preParsing', 'preValidation', 'preHandler'],
};
export const ROUTES = ['plain', 'throws', 'observable', 'events', 'file', 'client'] as const;

/** Starts it with as many tenants, `t-0` and up. The caller closes it. */
export async function startForeignApp(
  adapterName: AdapterName,
  tenants: number,
): Promise<{ app: INestApplication; tally: Tally }> {
  const tally = new Tally();
  const catalog = new InMemoryTenantCatalog(
    Array.from({ length: tenants }, (_, n) => ({ id: `t-${n}`, domain: `t-${n}.example` })),
  );
  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromPath()] }),
      MultitenancyModule.forFeature<DbClient>({ name: 'db', create: ({ id }) => new DbClient(id) }),
    ],
    controllers: [ForeignController, ClientController],
    providers: [{ provide: Tally, useValue: tally }, { provide: APP_INTERCEPTOR, useClass: StopInterceptor }, Stops],
  })
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(LossyMiddleware, NextMiddleware, LateMiddleware).forRoutes('{*path}');
    }
  }
  const adapter = adapterName === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, adapter, { logger: false });
  app.use(lossy('function'));
  if (adapterName === 'fastify') addLossyHooks(app);
  await app.listen(0, '127.0.0.1');
  return { app, tally };
}

function addLossyHooks(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as { addHook(name: string, hook: unknown): void };
  for (const name of ['onRequest', 'preValidation', 'preHandler']) fastify.addHook(name, lossy(name));
  fastify.addHook(
    'preParsing',
    (request: object, _reply: object, payload: unknown, done: (e: null, p: unknown) => void) =>
      isVia(request, 'preParsing') ? connection.query(() => done(null, payload)) : done(null, payload),
  );
}
