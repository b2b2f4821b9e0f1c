import { Injectable, Module } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  INestApplication,
  MiddlewareConsumer,
  NestInterceptor,
  NestMiddleware,
  NestModule,
  OnModuleInit,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { fromPath, getTenantClientRegistryToken, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { ClientController, NestedController, OpenController } from './client.controllers.js';
import { DbClient } from './db-client.js';
import { FailingController } from './failing.controller.js';
import { PlainController } from './plain.controller.js';
import { SharedThings } from './shared.js';
import { Stops, Tally } from './stops.js';
import { StreamController } from './stream.controller.js';
import { visitOf } from './visit.js';

/** The application of the master test, and what its test checks. */
export interface MasterApp {
  readonly app: INestApplication;
  readonly tally: Tally;
  readonly registry: TenantClientRegistry<DbClient>;
  /** Every client that was ever made. */
  readonly clients: readonly DbClient[];
}

@Injectable()
class StopMiddleware implements NestMiddleware {
  constructor(private readonly stops: Stops) {}
  use(request: object, _response: object, next: () => void): void {
    this.stops.at('middleware', visitOf(request));
    next();
  }
}

@Injectable()
class StopGuard implements CanActivate {
  constructor(private readonly stops: Stops) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    this.stops.at('guard', visitOf(context.switchToHttp().getRequest<object>()));
    return true;
  }
}

@Injectable()
class StopInterceptor implements NestInterceptor {
  constructor(private readonly stops: Stops) {}
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const visit = visitOf(context.switchToHttp().getRequest<object>());
    const stop = (): void => this.stops.at('interceptor', visit);
    stop();
    return next.handle().pipe(tap({ next: stop, error: stop }));
  }
}

/** Fastify refuses bodies of a type that it does not know; the echo route reads them itself. */
@Injectable()
class UnparsedBodies implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() !== 'fastify') return;
    httpAdapter
      .getInstance<{ addContentTypeParser(type: string, parse: unknown): void }>()
      .addContentTypeParser('application/octet-stream', (_request: object, _body: object, done: () => void) => done());
  }
}

/** Starts it with as many tenants, `t-0` and up, and fewer places for clients. The caller closes it. */
export async function startMasterApp(adapter: AdapterName, tenants: number, maxClients: number): Promise<MasterApp> {
  const tally = new Tally();
  const clients: DbClient[] = [];
  const catalog = new InMemoryTenantCatalog(
    Array.from({ length: tenants }, (_, n) => ({ id: `t-${n}`, domain: `t-${n}.example` })),
  );

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromPath()] }),
      MultitenancyModule.forFeature<DbClient>({
        name: 'db',
        create: async ({ id }) => {
          await new Promise((resolve) => setImmediate(resolve));
          const client = new DbClient(id);
          clients.push(client);
          return client;
        },
        dispose: (client) => client.close(),
        maxClients,
        acquireTimeoutMs: 60_000,
      }),
    ],
    controllers: [
      PlainController,
      StreamController,
      FailingController,
      ClientController,
      NestedController,
      OpenController,
    ],
    providers: [
      { provide: Tally, useValue: tally },
      { provide: APP_GUARD, useClass: StopGuard },
      { provide: APP_INTERCEPTOR, useClass: StopInterceptor },
      Stops,
      SharedThings,
      UnparsedBodies,
    ],
  })
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(StopMiddleware).forRoutes('{*path}');
    }
  }

  const app = await startApp(AppModule, adapter);
  const registry = app.get<TenantClientRegistry<DbClient>>(getTenantClientRegistryToken('db'), { strict: false });
  return { app, tally, registry, clients };
}
