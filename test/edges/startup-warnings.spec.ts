import { CacheInterceptor, CacheKey, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Injectable, mixin, Module, UseGuards, UseInterceptors } from '@nestjs/common';
import type {
  CanActivate,
  ExecutionContext,
  INestApplication,
  MiddlewareConsumer,
  NestMiddleware,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import {
  fromHost,
  fromJwtClaim,
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  TenantMembershipGuard,
  TenantOptional,
} from '@tenantry/core';
import type { MultitenancyOptions } from '@tenantry/core';
import { createApp } from '../support/http.js';
import { LoggedLines } from './logged.js';

const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);

type Metadata = NonNullable<Parameters<typeof Module>[0]>;

@Controller('things')
class ThingsController {
  @Get()
  get(): object {
    return {};
  }
}

async function warningsOf(
  metadata: Metadata,
  options: Partial<MultitenancyOptions> = {},
  prepare: (app: INestApplication) => unknown = () => undefined,
): Promise<string[]> {
  const { imports = [], controllers = [ThingsController], ...rest } = metadata;
  const tenants = MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()], ...options });
  @Module({ imports: [tenants, ...imports], controllers, ...rest })
  class AppModule {}
  const logged = new LoggedLines();
  const app = await createApp(AppModule, 'express', logged);
  try {
    prepare(app);
    await app.init();
    return logged.warnings;
  } finally {
    await app.close();
  }
}

@Injectable()
class AuthGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** Compares the tenant by itself. */
@Injectable()
class OwnTenantGuard implements CanActivate {
  constructor(private readonly context: TenantContext) {}
  canActivate(): boolean {
    return this.context.tenantOrNull !== undefined;
  }
}

@Injectable()
class ThrottlerGuard extends AuthGuard {}

describe('an application that signs users in', () => {
  const line = expect.stringMatching(
    /^Nothing ties who is signed in to the tenant.*\(host\).*AuthGuard.*fromJwtClaim\(\).*membership/,
  );
  const global = { provide: APP_GUARD, useClass: AuthGuard };

  it('is warned without the generated name of a guard that a mixin has made', async () => {
    const useClass = mixin(class extends AuthGuard {});
    const [warning] = await warningsOf({ providers: [{ provide: APP_GUARD, useClass }] });
    expect(useClass.name).toMatch(/^[0-9a-f]{21}$/);
    expect(warning).toContain("a guard made by a mixin (such as AuthGuard('jwt')) does not know the tenant");
  });

  @UseGuards(AuthGuard)
  class OnClass extends ThingsController {}
  Controller('on-class')(OnClass);

  @Controller('on-handler')
  class OnHandler {
    @Get()
    @UseGuards(new AuthGuard())
    get(): object {
      return {};
    }
  }

  it.each<[where: string, metadata: Metadata]>([
    ['an APP_GUARD', { providers: [global] }],
    ['an APP_GUARD that exists', { providers: [AuthGuard, { provide: APP_GUARD, useExisting: AuthGuard }] }],
    ['a controller', { controllers: [OnClass] }],
    ['a handler, as an object', { controllers: [OnHandler] }],
  ])('is warned of where nothing ties them to the tenant: by %s', async (_where, metadata) => {
    expect(await warningsOf(metadata)).toEqual([line]);
    expect(await warningsOf(metadata, { startupChecks: 'off' })).toEqual([]);
  });

  it('is warned of where it uses a global guard of its own making', async () => {
    expect(await warningsOf({}, {}, (app) => app.useGlobalGuards(new AuthGuard()))).toEqual([line]);
  });

  it('is warned of where middleware signs them in', async () => {
    @Injectable()
    class AuthMiddleware implements NestMiddleware {
      use(_request: object, _response: object, next: () => void): void {
        next();
      }
    }
    @Module({})
    class AuthModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(AuthMiddleware).forRoutes('*path');
      }
    }
    expect(await warningsOf({ imports: [AuthModule] })).toEqual([
      expect.stringContaining('AuthMiddleware does not know'),
    ]);
  });

  @Controller('members')
  @UseGuards(TenantMembershipGuard)
  class MembersController extends ThingsController {}

  @Injectable()
  class JwtStrategy {
    constructor(private readonly context: TenantContext) {}
    validate(): boolean {
      return this.context.tenantOrNull !== undefined;
    }
  }

  const verified = fromJwtClaim({ claim: 'tid', verify: () => ({}) });
  it.each<[what: string, metadata: Metadata, options?: Partial<MultitenancyOptions>]>([
    ['a verified claim', { providers: [global] }, { resolvers: [fromHost(), verified] }],
    ['TenantMembershipGuard on a controller', { providers: [global], controllers: [MembersController] }],
    ['TenantMembershipGuard for all', { providers: [global, { provide: APP_GUARD, useClass: TenantMembershipGuard }] }],
    [
      'a guard of its own that knows the tenant',
      { providers: [global, { provide: APP_GUARD, useClass: OwnTenantGuard }] },
    ],
    ['a strategy that knows the tenant', { providers: [global, JwtStrategy] }],
    ['nothing, for it signs no one in', { providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] }],
  ])('is right with %s', async (_what, metadata, options = {}) => {
    expect(await warningsOf(metadata, { membership: () => true, ...options })).toEqual([]);
  });
});

describe('Nest’s CacheInterceptor', () => {
  const imports = [CacheModule.register()];
  const line = (where: string): unknown =>
    expect.stringMatching(new RegExp(`^CacheInterceptor caches by URL.*\\(${where}\\).*trackBy`));

  @Controller('on-class')
  @UseInterceptors(CacheInterceptor)
  class OnClass extends ThingsController {}

  @Controller('on-handler')
  class OnHandler {
    @Get()
    @UseInterceptors(CacheInterceptor)
    list(): object {
      return {};
    }
  }

  @Injectable()
  class Renamed extends CacheInterceptor {}

  it.each<[where: string, metadata: Metadata, place: string]>([
    ['as APP_INTERCEPTOR', { providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }] }, 'all routes'],
    ['as a subclass', { providers: [{ provide: APP_INTERCEPTOR, useClass: Renamed }] }, 'all routes'],
    ['on a controller', { controllers: [OnClass] }, 'OnClass'],
    ['on a handler', { controllers: [OnHandler] }, 'OnHandler.list'],
  ])('is warned of %s', async (_where, metadata, place) => {
    expect(await warningsOf({ imports, ...metadata })).toEqual([line(place)]);
    expect(await warningsOf({ imports, ...metadata }, { startupChecks: 'off' })).toEqual([]);
  });

  it('is warned of as a global interceptor', async () => {
    const interceptor = new CacheInterceptor({}, new Reflector());
    expect(await warningsOf({ imports }, {}, (app) => app.useGlobalInterceptors(interceptor))).toEqual([
      line('all routes'),
    ]);
  });

  @Injectable()
  class TenantCacheInterceptor extends CacheInterceptor {
    protected override async trackBy(context: ExecutionContext): Promise<string | null | undefined> {
      const key = await super.trackBy(context);
      return key && `foo ${key}`;
    }
  }

  @Controller('public')
  @TenantOptional()
  @UseInterceptors(CacheInterceptor)
  class PublicController extends ThingsController {}

  @Controller('t/:domain/things')
  @UseInterceptors(CacheInterceptor)
  class ByPathController extends ThingsController {}

  it.each<[when: string, metadata: Metadata, options?: Partial<MultitenancyOptions>]>([
    ['its key has the tenant', { providers: [{ provide: APP_INTERCEPTOR, useClass: TenantCacheInterceptor }] }],
    ['its routes need no tenant', { controllers: [PublicController] }],
    ['the tenant is in the URL', { controllers: [ByPathController] }, { resolvers: [fromPath()] }],
  ])('is right where %s', async (_when, metadata, options = {}) => {
    expect(await warningsOf({ imports, ...metadata }, options)).toEqual([]);
  });

  it('is warned of where @CacheKey takes the place of a URL that has the tenant', async () => {
    @Controller('t/:domain/keyed')
    class Keyed {
      @Get()
      @CacheKey('all')
      @UseInterceptors(CacheInterceptor)
      get(): object {
        return {};
      }
    }
    expect(await warningsOf({ imports, controllers: [Keyed] }, { resolvers: [fromPath()] })).toEqual([
      line('Keyed.get'),
    ]);
  });
});

describe('a prefix of which the first segments never reach the routes', () => {
  @Controller('t/:domain/things')
  class UnderPath extends ThingsController {}

  it('is right where an application around this one has taken them off', async () => {
    const mounted = { resolvers: [fromPath({ prefix: 'shop/t' })] };
    expect(await warningsOf({ controllers: [UnderPath] }, mounted)).toEqual([]);
    expect(
      await warningsOf({ controllers: [UnderPath] }, { resolvers: [fromPath({ prefix: 'shop/x' })] }),
    ).toHaveLength(1);
  });
});
