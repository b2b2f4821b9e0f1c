import {
  Catch,
  Controller,
  Get,
  Module,
  Param,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type {
  ArgumentsHost,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  INestApplication,
  NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  fromPath,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantOptional,
} from '@tenantry/core';
import { map, mergeMap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import type { DbClient } from './db-client.js';
import { DB_FEATURE, Probe } from './probe.js';

/** What a handler does with Node's own request and response. */
export type Action = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An application whose handlers are defined by each test, reached at `/t/<tenant>.com/do/<action>` and `/open/<action>`. */
export interface ActionsApp {
  readonly app: INestApplication;
  readonly probe: Probe;
  readonly actions: Map<string, Action>;
}

type Platform<T> = T & { readonly raw?: T };

/** Starts it. The caller closes it. */
export async function startActionsApp(adapter: AdapterName): Promise<ActionsApp> {
  const actions = new Map<string, Action>();
  const run = (name: string, request: Platform<IncomingMessage>, response: Platform<ServerResponse>): unknown =>
    actions.get(name)?.(request.raw ?? request, response.raw ?? response);

  @Catch()
  class Filter implements ExceptionFilter {
    constructor(private readonly adapterHost: HttpAdapterHost) {}
    catch(_error: unknown, host: ArgumentsHost): void {
      const response = host.switchToHttp().getResponse<object>();
      this.adapterHost.httpAdapter.reply(response, { filter: probe.who() }, 418);
    }
  }

  class Interceptor implements NestInterceptor {
    async intercept(_context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const [before, client] = [probe.who(), await probe.whose()];
      const around = (handler: unknown): object => ({ before, client, handler, after: probe.who() });
      return next.handle().pipe(
        mergeMap((handler) => timer(1).pipe(map(() => handler))),
        map(around),
      );
    }
  }

  class RefusingGuard implements CanActivate {
    async canActivate(context: ExecutionContext): Promise<never> {
      const http = context.switchToHttp();
      await run('before the guard refuses', http.getRequest(), http.getResponse());
      throw new UnauthorizedException();
    }
  }

  @Controller('t/:domain')
  class TenantController {
    constructor(@InjectTenantClient('db') readonly db: DbClient) {}

    @Get('do/:action')
    do(
      @Param('action') action: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(action, request, response);
    }

    @Post('do/:action')
    post(
      @Param('action') action: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(action, request, response);
    }

    @Get('filtered/:action')
    @UseFilters(Filter)
    filtered(
      @Param('action') action: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(action, request, response);
    }

    @Get('intercepted/:action')
    @UseInterceptors(Interceptor)
    intercepted(
      @Param('action') action: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(action, request, response);
    }

    @Get('forbidden')
    @UseGuards(RefusingGuard)
    @UseFilters(Filter)
    forbidden(): object {
      return {};
    }
  }

  @Controller('open')
  @TenantOptional()
  class OpenController {
    @Get(':action')
    do(
      @Param('action') action: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(action, request, response);
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
        ]),
        resolvers: [fromPath()],
      }),
      DB_FEATURE,
    ],
    controllers: [TenantController, OpenController],
  })
  class AppModule {}

  const app = await startApp(AppModule, adapter);
  const probe = new Probe(app);
  return { app, probe, actions };
}
