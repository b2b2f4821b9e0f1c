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
import { DB_FEATURE, Witness } from './witness.js';

/** What a handler does; Node's own request and response. */
export type Deed = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An application whose handlers a test writes on the spot, reached at `/t/<tenant>.com/do/<deed>` and `/open/<deed>`. */
export interface DeedsApp {
  readonly app: INestApplication;
  readonly witness: Witness;
  readonly deeds: Map<string, Deed>;
}

type Platform<T> = T & { readonly raw?: T };

/** Starts it. The caller closes it. */
export async function startDeedsApp(adapter: AdapterName): Promise<DeedsApp> {
  const deeds = new Map<string, Deed>();
  const run = (name: string, request: Platform<IncomingMessage>, response: Platform<ServerResponse>): unknown =>
    deeds.get(name)?.(request.raw ?? request, response.raw ?? response);

  @Catch()
  class Filter implements ExceptionFilter {
    constructor(private readonly adapterHost: HttpAdapterHost) {}
    catch(_error: unknown, host: ArgumentsHost): void {
      const response = host.switchToHttp().getResponse<object>();
      this.adapterHost.httpAdapter.reply(response, { filter: witness.who() }, 418);
    }
  }

  class Interceptor implements NestInterceptor {
    async intercept(_context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const [before, client] = [witness.who(), await witness.whose()];
      const around = (handler: unknown): object => ({ before, client, handler, after: witness.who() });
      return next.handle().pipe(
        mergeMap((handler) => timer(1).pipe(map(() => handler))),
        map(around),
      );
    }
  }

  class Nobody implements CanActivate {
    async canActivate(context: ExecutionContext): Promise<never> {
      const http = context.switchToHttp();
      await run('before the guard refuses', http.getRequest(), http.getResponse());
      throw new UnauthorizedException();
    }
  }

  @Controller('t/:domain')
  class TenantController {
    constructor(@InjectTenantClient('db') readonly db: DbClient) {}

    @Get('do/:deed')
    do(
      @Param('deed') deed: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(deed, request, response);
    }

    @Post('do/:deed')
    post(
      @Param('deed') deed: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(deed, request, response);
    }

    @Get('filtered/:deed')
    @UseFilters(Filter)
    filtered(
      @Param('deed') deed: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(deed, request, response);
    }

    @Get('intercepted/:deed')
    @UseInterceptors(Interceptor)
    intercepted(
      @Param('deed') deed: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(deed, request, response);
    }

    @Get('forbidden')
    @UseGuards(Nobody)
    @UseFilters(Filter)
    forbidden(): object {
      return {};
    }
  }

  @Controller('open')
  @TenantOptional()
  class OpenController {
    @Get(':deed')
    do(
      @Param('deed') deed: string,
      @Req() request: IncomingMessage,
      @Res({ passthrough: true }) response: ServerResponse,
    ): unknown {
      return run(deed, request, response);
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
  const witness = new Witness(app);
  return { app, witness, deeds };
}
