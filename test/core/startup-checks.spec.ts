import {
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  Post,
  Scope,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { CanActivate, DynamicModule, INestApplication, LoggerService, Type } from '@nestjs/common';
import { APP_GUARD, REQUEST, RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  fromHeader,
  fromHost,
  fromPath,
  fromUsername,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  OptionsInvalidError,
  TenantGuard,
  UseTenantClients,
} from '@tenantry/core';
import type { MultitenancyOptions } from '@tenantry/core';
import { ClsServiceManager } from 'nestjs-cls';
import { ADAPTERS, call } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);
const db = MultitenancyModule.forFeature({ name: 'db', create: (tenant) => ({ name: tenant.id }) });

function multitenancy(options: Partial<MultitenancyOptions> = {}): DynamicModule {
  return MultitenancyModule.forRoot({ catalog, resolvers: [fromHost(), fromPath()], ...options });
}

@Controller(['things', 't/:domain/things'])
class ThingsController {
  @Get()
  get(): object {
    return {};
  }
}

interface Started {
  readonly app: INestApplication;
  readonly warnings: string[];
}

let started: INestApplication[] = [];
afterEach(async () => {
  await Promise.all(started.map((app) => app.close()));
  started = [];
});

/** A logger that keeps what the library warns of. */
function keeper(warnings: string[]): LoggerService {
  const keep = (message: unknown, context: unknown): unknown =>
    context === 'Multitenancy' && warnings.push(String(message));
  const ignore = (): void => undefined;
  return { log: ignore, error: ignore, warn: keep, debug: ignore };
}

/** Starts an application; keeps what the library warns of. */
async function start(
  metadata: NonNullable<Parameters<typeof Module>[0]>,
  prepare: (app: INestApplication) => unknown = () => undefined,
  adapter: AdapterName = 'express',
): Promise<Started> {
  const warnings: string[] = [];
  const logger = keeper(warnings);
  @Module(metadata)
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger,
  });
  started.push(app);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return { app, warnings };
}

async function warningsOf(...args: Parameters<typeof start>): Promise<string[]> {
  return (await start(...args)).warnings;
}

describe('a well-made application', () => {
  it.each(ADAPTERS)('starts without a warning on %s, and logs none later', async (adapter) => {
    const imports = [multitenancy({ membership: () => true }), db];
    const { app, warnings } = await start({ imports, controllers: [ThingsController, UsesDb] }, undefined, adapter);
    expect((await call(app, '/t/foo.com/things', { headers: { host: 'foo.com' } })).status).toBe(200);
    expect(warnings).toEqual([]);
  });

  it('is what the sample is, also behind a proxy that passes Host on', async () => {
    const warnings: string[] = [];
    Logger.overrideLogger(keeper(warnings));
    const sample = await startSample('express', 'pglite');
    const proxied = { host: 'foo.com', 'x-forwarded-for': '192.0.2.1' };
    expect((await sample.call('/health/live', { headers: proxied })).status).toBe(200);
    expect(warnings).toEqual([]);
    await sample.close();
  }, 120_000);
});

@Injectable()
class DbUser {
  constructor(@InjectTenantClient('db') readonly client: { name: string }) {}
}

@Controller('t/:domain/db')
class UsesDb {
  @Get()
  @UseTenantClients('db')
  get(): object {
    return {};
  }
}

describe('an invalid set-up', () => {
  it('two forRoot in one application stop the start, also far apart', async () => {
    @Module({ imports: [multitenancy()] })
    class Other {}
    const starting = start({ imports: [multitenancy(), Other], controllers: [ThingsController] });
    await expect(starting).rejects.toThrow(OptionsInvalidError);
    await expect(starting).rejects.toThrow('MultitenancyModule.forRoot is 2. Allowed: once per application');
  });

  it('one forRoot imported by two modules is one', async () => {
    const shared = multitenancy();
    @Module({ imports: [shared] })
    class Other {}
    expect(await warningsOf({ imports: [shared, Other], controllers: [ThingsController] })).toEqual([]);
  });

  it('a handler that asks for a kind which is not declared stops the start, whatever `startupChecks` says', async () => {
    @Controller('t/:domain/mistyped')
    class Mistyped {
      @Post()
      @UseTenantClients('bd')
      post(): object {
        return {};
      }
    }
    const starting = start({ imports: [multitenancy({ startupChecks: 'off' }), db], controllers: [Mistyped] });
    await expect(starting).rejects.toThrow(
      'Option @UseTenantClients of Mistyped.post is "bd". Allowed: a kind declared with MultitenancyModule.forFeature (declared: "db").',
    );
  });

  it('a kind whose options are created for each request stops the start: it would have a registry for each', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Module({ providers: [PerRequest], exports: [PerRequest] })
    class Options {}
    const feature = MultitenancyModule.forFeatureAsync({
      name: 'api',
      imports: [Options],
      inject: [PerRequest],
      useFactory: () => ({ create: () => ({}) }),
    });
    await expect(start({ imports: [multitenancy(), feature], controllers: [ThingsController] })).rejects.toThrow(
      /forFeatureAsync inject is "api".*as long as the application/,
    );
  });

  it('so does a controller that asks for one', async () => {
    @UseTenantClients('db')
    @Controller('t/:domain/kinds')
    class NoKinds extends ThingsController {}
    await expect(start({ imports: [multitenancy()], controllers: [NoKinds] })).rejects.toThrow(
      /@UseTenantClients of NoKinds is "db".*declared: none/,
    );
  });

  it('a header without a list of trusted proxies is refused at once', () => {
    expect(() => fromHeader({ name: 'X-Tenant', trustedProxies: [] })).toThrow('at least one address');
  });

  it.each([
    ['startupChecks', 'loud', '"warn" or "off"'],
    ['errorDetail', 'vague', '"full" or "opaque"'],
    ['guard', 'none', '"global" or "manual"'],
  ])('option %s must be one that is known', (option, value, allowed) => {
    expect(() => multitenancy({ [option]: value })).toThrow(`Option ${option} is "${value}". Allowed: ${allowed}.`);
  });
});

describe("guard: 'manual'", () => {
  const manual = (): DynamicModule => multitenancy({ guard: 'manual' });

  @Injectable()
  class OwnTenantGuard extends TenantGuard {}

  @Injectable()
  class Composed implements CanActivate {
    constructor(private readonly guard: TenantGuard) {}
    canActivate(): boolean {
      return Boolean(this.guard);
    }
  }

  @Controller('t/:domain/on-class')
  @UseGuards(TenantGuard)
  class OnClass extends ThingsController {}

  @Controller('t/:domain/on-handler')
  class OnHandler {
    @Get()
    @UseGuards(OwnTenantGuard)
    get(): object {
      return {};
    }
  }

  @Controller('t/:domain/composed')
  @UseGuards(Composed)
  class OnComposed extends ThingsController {}

  it('is warned of where nothing uses TenantGuard', async () => {
    const [warning, ...more] = await warningsOf({ imports: [manual()], controllers: [ThingsController] });
    expect(warning).toMatch(/nothing uses TenantGuard.*@UseGuards\(TenantGuard\)/);
    expect(more).toEqual([]);
  });

  const instance = new TenantGuard(ClsServiceManager.getClsService());

  @Controller('t/:domain/instance')
  @UseGuards(instance)
  class OnClassAsObject extends ThingsController {}

  @Controller('t/:domain/instance')
  class OnHandlerAsObject {
    @Get()
    @UseGuards(instance)
    get(): object {
      return {};
    }
  }

  it.each<[string, Type]>([
    ['a controller', OnClass],
    ['a controller, as an object', OnClassAsObject],
    ['a handler, as an object', OnHandlerAsObject],
    ['a handler, as a class of its own', OnHandler],
    ['a controller, inside another guard', OnComposed],
  ])('is well where the guard is on %s', async (_where, controller) => {
    expect(await warningsOf({ imports: [manual()], controllers: [controller] })).toEqual([]);
  });

  it.each([
    ['is a global guard of a module', { provide: APP_GUARD, useClass: TenantGuard }],
    ['is part of a global guard', { provide: APP_GUARD, useClass: Composed }],
    ['is a global guard again', { provide: APP_GUARD, useExisting: TenantGuard }],
  ])('is well where it %s', async (_where, provider) => {
    expect(await warningsOf({ imports: [manual()], controllers: [ThingsController], providers: [provider] })).toEqual(
      [],
    );
  });

  it('is well where the application sets it as a global guard itself', async () => {
    const app = { imports: [manual()], controllers: [ThingsController] };
    expect(await warningsOf(app, (starting) => starting.useGlobalGuards(starting.get(TenantGuard)))).toEqual([]);
  });
});

describe('a path prefix', () => {
  const withPrefix = (prefix: string): DynamicModule => multitenancy({ resolvers: [fromPath({ prefix })] });
  const things = (prefix: string): Parameters<typeof start>[0] => ({
    imports: [withPrefix(prefix)],
    controllers: [ThingsController],
  });

  @Controller({ path: 't/:domain/versioned', version: ['1', '2'] })
  class Versioned extends ThingsController {}

  @Controller({ path: 'neutral', version: VERSION_NEUTRAL })
  class Neutral {
    @Get([':any', 't/:domain'])
    get(): object {
      return {};
    }
  }

  it('that no route has is warned of, with a route to declare', async () => {
    expect(await warningsOf(things('tenants'))).toEqual([
      "fromPath({ prefix: 'tenants' }) never names a tenant: no route starts with /tenants/:tenant. " +
        "Declare routes under it, such as @Controller('tenants/:tenant/projects'), or take the resolver away.",
    ]);
  });

  it('that lacks the global prefix is warned of, with the prefix to use', async () => {
    const warnings = await warningsOf(things('t'), (app) => app.setGlobalPrefix('api'));
    expect(warnings).toEqual([expect.stringContaining("The route /api/t/:domain/things needs the prefix 'api/t'")]);
    expect(await warningsOf(things('api/t'), (app) => app.setGlobalPrefix('/api/'))).toEqual([]);
  });

  it('may name routes that are excluded from the global prefix', async () => {
    const exclude = (app: INestApplication): unknown => app.setGlobalPrefix('api', { exclude: ['t/:domain/things'] });
    expect(await warningsOf(things('t'), exclude)).toEqual([]);
  });

  it('that lacks versions in the path is warned of, and * stands for them', async () => {
    const versioned = (prefix: string): Promise<string[]> =>
      warningsOf({ imports: [withPrefix(prefix)], controllers: [Versioned] }, (app) => app.enableVersioning());
    expect(await versioned('t')).toEqual([expect.stringContaining("needs the prefix 'v1/t'; '*' stands for")]);
    expect(await versioned('*/t')).toEqual([]);
    expect(await versioned('v2/t')).toEqual([]);
  });

  it('is found in routes of modules with a path, in handlers, in parameters and beside neutral versions', async () => {
    @Module({ controllers: [Neutral] })
    class Inner {}
    const started = (prefix: string): Promise<string[]> =>
      warningsOf(
        { imports: [withPrefix(prefix), Inner, RouterModule.register([{ path: 'outer', module: Inner }])] },
        (app) => app.enableVersioning({ type: 0, defaultVersion: '1' }),
      );
    expect(await started('outer/neutral/t')).toEqual([]);
    expect(await started('outer/neutral/x')).toEqual([expect.stringContaining('never names a tenant')]);
  });

  it('may be met by parameters of routes, and by wildcards', async () => {
    @Controller(':section/:domain/things')
    class Parametric extends ThingsController {}
    @Controller('files/*path')
    class Wild extends ThingsController {}
    expect(await warningsOf({ imports: [withPrefix('t')], controllers: [Parametric] })).toEqual([]);
    expect(await warningsOf({ imports: [withPrefix('files/deep/t')], controllers: [Wild] })).toEqual([]);
    expect(await warningsOf({ imports: [withPrefix('other/t')], controllers: [Wild] })).toHaveLength(1);
  });

  it('needs a segment for the tenant behind it', async () => {
    @Controller('t')
    class Bare extends ThingsController {}
    const warnings = await warningsOf({ imports: [withPrefix('t')], controllers: [Bare] });
    expect(warnings).toEqual([expect.stringContaining('never names a tenant')]);
  });

  it('is not checked in an application without controllers', async () => {
    expect(await warningsOf({ imports: [withPrefix('tenants')] })).toEqual([]);
  });
});

describe('resolvers', () => {
  it('of the same name and place are warned of, of different places not', async () => {
    const resolvers = [
      fromPath(),
      fromPath({ prefix: '*/t' }),
      fromPath(),
      fromHost({ baseDomain: 'a.example' }),
      fromHost({ baseDomain: 'b.example' }),
      fromUsername(),
      fromUsername({ paths: ['/log-in'] }),
      () => null,
      () => null,
    ];
    const warnings = await warningsOf({ imports: [multitenancy({ resolvers })], controllers: [ThingsController, Api] });
    expect(warnings).toEqual([
      expect.stringContaining('Two resolvers read "path /t"'),
      expect.stringContaining('Two resolvers read "user name in username"'),
    ]);
  });

  it('given twice are warned of', async () => {
    const host = fromHost();
    const warnings = await warningsOf({ imports: [multitenancy({ resolvers: [host, host] })] });
    expect(warnings).toEqual([expect.stringContaining('Two resolvers read "host"')]);
  });

  @Controller('api/t/:domain/things')
  class Api extends ThingsController {}
});

describe('a class that is created for each request', () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    constructor(readonly user: DbUser) {}
  }

  @Injectable({ scope: Scope.TRANSIENT })
  class TransientWithRequest {
    @Inject(REQUEST) readonly request!: object;
    @InjectTenantClient('db') readonly client!: object;
  }

  @Controller('t/:domain/per-request')
  class PerRequestController extends ThingsController {
    constructor(readonly service: PerRequest) {
      super();
    }
  }

  @Controller('t/:domain/transient')
  class TransientController extends ThingsController {
    constructor(readonly service: TransientWithRequest) {
      super();
    }
  }

  @Injectable({ scope: Scope.REQUEST })
  class WithoutClient {}

  it('and reaches a client is named in one warning', async () => {
    const warnings = await warningsOf({
      imports: [multitenancy(), db],
      controllers: [ThingsController, PerRequestController, TransientController],
      providers: [DbUser, PerRequest, TransientWithRequest, WithoutClient],
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(': PerRequestController, TransientController, PerRequest, TransientWithRequest. ');
    expect(warnings[0]).not.toMatch(/DbUser|WithoutClient|ThingsController/);
  });

  it('without a client causes no warning', async () => {
    const providers = [DbUser, WithoutClient];
    expect(await warningsOf({ imports: [multitenancy(), db], controllers: [ThingsController], providers })).toEqual([]);
  });
});

describe.each(ADAPTERS)('a proxy that is not trusted, on %s', (adapter) => {
  const open = (
    resolvers: MultitenancyOptions['resolvers'],
    startupChecks: 'warn' | 'off' = 'warn',
  ): Promise<Started> =>
    start(
      { imports: [multitenancy({ resolvers, startupChecks })], controllers: [ThingsController] },
      undefined,
      adapter,
    );
  const listeners = ({ app }: Started): number =>
    (app.getHttpServer() as { listenerCount(event: string): number }).listenerCount('request');
  const send = ({ app }: Started, headers: Record<string, string>): Promise<unknown> =>
    call(app, '/things', { headers });

  it.each([
    ['X-Forwarded-Host', { host: 'inner.example', 'x-forwarded-host': 'foo.com' }],
    ['Forwarded', { host: 'inner.example', forwarded: 'for=192.0.2.1;host="foo.com"' }],
    ['X-Forwarded-For, and a name of its own in Host', { host: 'upstream:3000', 'x-forwarded-for': '192.0.2.1' }],
    ['X-Forwarded-For, and an address in Host', { host: '10.0.0.7:3000', 'x-forwarded-for': '192.0.2.1' }],
  ])('is warned of once when it sends %s', async (_what, headers) => {
    const application = await open([fromHost(), fromPath()]);
    expect(listeners(application)).toBe(2);
    await send(application, { host: 'foo.com' });
    expect(application.warnings).toEqual([]);
    await send(application, headers);
    await until(() => application.warnings.length > 0);
    await send(application, headers);
    expect(application.warnings).toEqual([expect.stringContaining('fromHost({ trustedProxies: [...] })')]);
    expect(application.warnings[0]).not.toContain('192.0.2.1');
    expect(listeners(application)).toBe(1);
  });

  it.each([
    ['passes Host on', { host: 'foo.com', 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' }],
    ['says the same host twice', { host: 'foo.com', 'x-forwarded-host': 'FOO.com' }],
  ])('is well when it %s', async (_what, headers) => {
    const application = await open([fromHost(), fromPath()]);
    await send(application, headers);
    await send(application, { host: 'foo.com' });
    expect(application.warnings).toEqual([]);
    expect(listeners(application)).toBe(2);
  });

  it.each<[string, MultitenancyOptions['resolvers']]>([
    ['fromHost trusts', [fromHost({ trustedProxies: ['loopback'] }), fromPath()]],
    ['fromHeader trusts', [fromHost(), fromPath(), fromHeader({ name: 'X-Tenant', trustedProxies: ['10.0.0.1'] })]],
    ['no resolver needs, for none reads the host', [fromPath()]],
  ])('is not looked for where it is one that %s', async (_who, resolvers) => {
    expect(listeners(await open(resolvers))).toBe(1);
  });

  it("is not looked for with startupChecks: 'off'", async () => {
    expect(listeners(await open([fromHost()], 'off'))).toBe(1);
  });
});

describe("startupChecks: 'off'", () => {
  it('says nothing', async () => {
    const imports = [multitenancy({ guard: 'manual', resolvers: [fromPath({ prefix: 'x' })], startupChecks: 'off' })];
    expect(await warningsOf({ imports, controllers: [ThingsController] })).toEqual([]);
  });
});
