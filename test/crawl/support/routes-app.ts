import { All, Controller, Get, Headers, Module, Param, Query, Sse, Version, VERSION_NEUTRAL } from '@nestjs/common';
import type { INestApplication, MessageEvent, Type, VersioningOptions } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AdapterName } from '../../support/http.js';

/** Returns a tenant its own text, as every handler below does. */
function mine(tenant: string | undefined): object {
  return { text: tenant === undefined ? null : `text-of-${tenant}` };
}

abstract class InheritedController {
  @Get('inherited')
  inherited(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Controller(['one', 'two'])
export class ManyPathsController extends InheritedController {
  @Get(['', 'also'])
  list(@Headers('x-tenant') tenant?: string, @Query('q') _q?: string): object {
    return mine(tenant);
  }

  @All('any')
  any(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }

  @Sse('events')
  events(@Headers('x-tenant') tenant?: string): Observable<MessageEvent> {
    return of({ data: mine(tenant) });
  }
}

/** A route that takes several segments, in the syntax of the adapter. */
export function filesController(adapter: AdapterName): Type {
  @Controller('files')
  class FilesController {
    @Get(adapter === 'fastify' ? '*' : '*path')
    file(@Headers('x-tenant') tenant?: string, @Param() _params?: object): object {
      return mine(tenant);
    }
  }
  return FilesController;
}

@Controller('excluded')
export class ExcludedController {
  @Get()
  get(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }

  @Get('not')
  not(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Controller({ path: 'versioned', version: ['1', '2'] })
export class VersionedController {
  @Get()
  both(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }

  @Version('3')
  @Get('third')
  third(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }

  @Version(VERSION_NEUTRAL)
  @Get('neutral')
  neutral(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Controller({ path: 'hosted', host: 'api.example.com' })
export class HostController {
  @Get()
  get(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Controller({ path: 'anyhost', host: /^.*\.example\.org$/ })
export class HostPatternController {
  @Get()
  get(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Controller('reports')
export class NestedController {
  @Get()
  get(@Headers('x-tenant') tenant?: string): object {
    return mine(tenant);
  }
}

@Module({ controllers: [NestedController] })
class NestedModule {}

/** Builds an application of some controllers, with a path of its own for {@link NestedController}. It does not listen. */
export async function routesApp(
  adapter: AdapterName,
  controllers: Type[],
  { prefix, versioning }: { prefix?: string; versioning?: VersioningOptions } = {},
): Promise<INestApplication> {
  const nested = controllers.includes(NestedController);
  const paths = RouterModule.register([{ path: 'area/:area', children: [{ path: 'inner', module: NestedModule }] }]);
  @Module({
    imports: nested ? [NestedModule, paths] : [],
    controllers: controllers.filter((controller) => controller !== NestedController),
  })
  class RoutesModule {}
  const module = await Test.createTestingModule({ imports: [RoutesModule] }).compile();
  const platform = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = module.createNestApplication(platform, { logger: false });
  if (prefix !== undefined) app.setGlobalPrefix(prefix, { exclude: ['excluded'] });
  if (versioning !== undefined) app.enableVersioning(versioning);
  return app;
}
