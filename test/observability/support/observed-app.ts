import { Controller, Get, InternalServerErrorException, Module, Param } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import {
  fromHeader,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantOptional,
} from '@tenantry/core';
import type { MultitenancyOptions, Tenant, TenantClientFeature, TenantClientRegistry } from '@tenantry/core';
import { ObservabilityModule, TenantHealth } from '@tenantry/observability';
import type { ObservabilityOptions } from '@tenantry/observability';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';

/** A catalog that can be out of order. */
export class ObservedCatalog extends InMemoryTenantCatalog {
  outage = false;

  override peekByIdentifier(identifier: string): Tenant | null {
    if (this.outage) throw new Error('connection refused to postgres://admin:hunter2@db');
    return super.peekByIdentifier(identifier);
  }

  override async findById(id: string): Promise<Tenant | null> {
    return this.peekByIdentifier(id.toLowerCase());
  }

  override async findByIdentifier(identifier: string): Promise<Tenant | null> {
    return this.peekByIdentifier(identifier);
  }
}

@Controller('plain')
class PlainController {
  @Get()
  get(): object {
    return { ok: true };
  }

  @Get('broken')
  broken(): never {
    throw new InternalServerErrorException();
  }

  @Get('missing/:id')
  missing(@Param('id') id: string): object {
    return { id };
  }
}

@Controller('client')
class ClientController {
  constructor(@InjectTenantClient('db') private readonly db: { readonly of: string }) {}

  @Get()
  get(): object {
    return { of: this.db.of };
  }
}

@TenantOptional()
@Controller('health')
class HealthController {
  constructor(private readonly health: TenantHealth) {}

  @Get('live')
  live(): object {
    return this.health.live();
  }

  @Get('ready')
  ready(): Promise<object> {
    return this.health.ready();
  }
}

/** What a spec wants otherwise. */
export interface ObservedAppOptions {
  readonly tenants?: readonly string[];
  readonly catalog?: ObservedCatalog;
  readonly core?: Partial<MultitenancyOptions>;
  readonly db?: Partial<TenantClientFeature<object>>;
  readonly imports?: readonly DynamicModule[];
}

/** An application with tenants by the header `X-Tenant`, a client kind `db`, and the metrics. */
export interface ObservedApp {
  readonly app: INestApplication;
  readonly catalog: ObservedCatalog;
  readonly db: TenantClientRegistry<object>;
  readonly health: TenantHealth;
}

/** Starts one on a free port. The caller closes `app`. */
export async function startObserved(
  adapter: AdapterName,
  observability: ObservabilityOptions | null,
  { tenants = ['foo', 'bar'], core = {}, db = {}, imports = [], ...given }: ObservedAppOptions = {},
): Promise<ObservedApp> {
  const catalog = given.catalog ?? new ObservedCatalog(tenants.map((id) => ({ id, domain: `${id}.com` })));
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog,
        resolvers: [fromHeader({ name: 'X-Tenant', trustedProxies: ['loopback'] })],
        ...core,
      }),
      MultitenancyModule.forFeature<object>({ name: 'db', create: ({ id }) => ({ of: id }), ...db }),
      ...(observability === null ? [] : [ObservabilityModule.forRoot(observability)]),
      ...imports,
    ],
    controllers: [PlainController, ClientController, ...(observability === null ? [] : [HealthController])],
  })
  class AppModule {}
  const app = await startApp(AppModule, adapter);
  const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
  const health = observability === null ? (undefined as never) : app.get(TenantHealth);
  return { app, catalog, db: registry, health };
}
