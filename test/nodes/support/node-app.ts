import { Controller, Get, HttpCode, Inject, Module, Post, ServiceUnavailableException } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  CachedTenantCatalog,
  CurrentTenant,
  fromHost,
  getTenantClientRegistryToken,
  InjectTenantClient,
  MultitenancyModule,
  TenantOptional,
} from '@tenantry/core';
import { TenantSync } from '@tenantry/core/spi';
import type { RegistryStats, Tenant, TenantClientRegistry } from '@tenantry/core';
import {
  PG_POOL_TIMEOUTS,
  pgChangeListener,
  pgDatabase,
  PostgresTenantCatalog,
  TenantChangeFeed,
  TenantSyncModule,
} from '@tenantry/postgres';
import type { TenantChangeFeedStats } from '@tenantry/postgres';
import pg from 'pg';

/** How a node of the drills is set up. */
export interface NodeSettings {
  /** Where the catalog and the rows of tenants are. */
  readonly databaseUrl: string;
  /** Where the node listens for changes; absent = it only polls. */
  readonly listenUrl?: string;
  readonly pollMs?: number;
  readonly heartbeatMs?: number;
  /** Milliseconds that the catalog's answers count as fresh. */
  readonly ttlMs?: number;
}

/** What `GET /whoami` answers: the tenant by the catalog, and by the client that the request leased. */
export interface WhoAmI {
  readonly tenantId: string;
  readonly generation: number;
  readonly plan: string;
  readonly client: string;
}

/** What `GET /state` answers. */
export interface NodeState {
  readonly feed: TenantChangeFeedStats;
  readonly clients: RegistryStats;
  /** Ids of the tenants whose client was renewed, once for each time. */
  readonly renewed: readonly string[];
  readonly tenants: readonly string[];
  readonly pending: number;
  readonly heapUsed: number;
}

const held: (() => void)[] = [];

@Controller()
class WorkController {
  readonly #pool: pg.Pool;

  constructor(@InjectTenantClient('db') pool: pg.Pool) {
    this.#pool = pool;
  }

  @Get('whoami')
  async whoAmI(@CurrentTenant() { id, generation, plan }: Tenant): Promise<WhoAmI> {
    const { rows } = await this.#pool.query<{ name: string }>(`select current_setting('application_name') as name`);
    return { tenantId: id, generation, plan, client: rows[0]?.name ?? '' };
  }

  /** Answers when `POST /release` is called; its client is in use until then. */
  @Get('hold')
  async hold(@CurrentTenant() tenant: Tenant): Promise<WhoAmI> {
    await new Promise<void>((resolve) => held.push(resolve));
    return this.whoAmI(tenant);
  }
}

@Controller()
@TenantOptional()
class ProbeController {
  readonly #renewed: string[] = [];

  constructor(
    @Inject(TenantChangeFeed) private readonly feed: TenantChangeFeed,
    @Inject(TenantSync) private readonly node: TenantSync,
    @Inject(getTenantClientRegistryToken('db')) private readonly clients: TenantClientRegistry<pg.Pool>,
  ) {
    clients.on('evicted', ({ tenantId, cause }) => {
      if (cause === 'rotated') this.#renewed.push(tenantId);
    });
  }

  @Get('live')
  live(): string {
    return 'alive';
  }

  @Get('ready')
  ready(): string {
    if (this.feed.stats().position === null) throw new ServiceUnavailableException();
    return 'ready';
  }

  @Get('state')
  state(): NodeState {
    return {
      feed: this.feed.stats(),
      clients: this.clients.stats(),
      renewed: this.#renewed,
      tenants: [...this.clients.entries()].map(({ tenantId }) => tenantId),
      pending: this.node.pending,
      heapUsed: usedHeap(),
    };
  }

  @Post('release')
  @HttpCode(204)
  release(): void {
    for (const release of held.splice(0)) release();
  }
}

/** Starts a node on a free loopback port. The caller closes it. */
export async function startNode(settings: NodeSettings): Promise<INestApplication> {
  const app = await NestFactory.create(moduleOf(settings), new ExpressAdapter(), { logger: false });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  return app;
}

function moduleOf(settings: NodeSettings): new () => object {
  const { databaseUrl, listenUrl, pollMs = 5_000, heartbeatMs = 2_000, ttlMs = 60_000 } = settings;
  const database = pgDatabase(newPool(databaseUrl, 'catalog', 4));
  const catalog = new CachedTenantCatalog(new PostgresTenantCatalog(database), { ttlMs, negativeTtlMs: ttlMs });
  const listener =
    listenUrl === undefined
      ? {}
      : { listener: pgChangeListener(() => new pg.Client({ connectionString: listenUrl, ...LISTEN_TIMEOUTS })) };

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()] }),
      MultitenancyModule.forFeature<pg.Pool>({
        name: 'db',
        create: ({ id }) => newPool(databaseUrl, `tenant ${id}`, 2),
        dispose: (pool) => pool.end(),
      }),
      TenantSyncModule.forRoot({ database, pollMs, heartbeatMs, ...listener }),
    ],
    controllers: [WorkController, ProbeController],
  })
  class NodeModule {
    /** Nest closes what it made; the pool of the catalog is ours. */
    async onApplicationShutdown(): Promise<void> {
      await database.close();
    }
  }
  return NodeModule;
}

const LISTEN_TIMEOUTS = { connectionTimeoutMillis: 3_000, query_timeout: 3_000, application_name: 'listener' };

function newPool(connectionString: string, name: string, max: number): pg.Pool {
  const timeouts = { ...PG_POOL_TIMEOUTS, connectionTimeoutMillis: 2_000, query_timeout: 3_000 };
  const pool = new pg.Pool({ connectionString, application_name: name, max, ...timeouts });
  pool.on('error', () => undefined);
  return pool;
}

function usedHeap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}
