import { Injectable, Module } from '@nestjs/common';
import type { INestApplication, Provider, WebSocketAdapter } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import {
  fromHost,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
} from '@tenantry/core';
import type { MultitenancyOptions, TenantCatalogReader, TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { TenantSocketsModule, useTenantSockets } from '@tenantry/transports/websockets';
import type { TenantSocketsOptions } from '@tenantry/transports/websockets';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { AdapterName } from '../../../support/http.js';
import { portOf } from '../../../support/http.js';
import { until } from '../../../support/until.js';
import type { PlatformName } from './peer.js';

/** A client that reports its tenant, and whether it still is open. */
export class Client {
  readonly #tenantId: string;
  closed = false;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  async whose(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#tenantId;
  }

  whoseNow(): string {
    return this.#tenantId;
  }
}

/** Holds the client, so that gateways reach it through a dependency. */
@Injectable()
export class DbService {
  constructor(@InjectTenantClient('db') readonly db: Client) {}
}

/** What gateways write down for the test to read. */
export class Journal {
  readonly lines: string[] = [];
}

export interface SocketAppOptions {
  readonly platform: PlatformName;
  readonly http?: AdapterName;
  readonly gateways: Provider[];
  readonly module?: Partial<MultitenancyOptions>;
  readonly catalog?: (memory: InMemoryTenantCatalog) => TenantCatalogReader;
  readonly sockets?: TenantSocketsOptions;
  /** `default` = Nest's own; `none` = useTenantSockets is not called. */
  readonly adapter?: 'given' | 'default' | 'none';
  readonly makeAdapter?: (app: INestApplication) => WebSocketAdapter;
}

export interface SocketApp {
  readonly app: INestApplication;
  readonly port: number;
  readonly catalog: InMemoryTenantCatalog;
  readonly registry: TenantClientRegistry<Client>;
  readonly clock: ManualClock;
  readonly journal: Journal;
  readonly created: Client[];
  /** Waits until every lease is back. */
  settled(): Promise<void>;
}

/** Starts an application with tenants a to c at `a.example` and so on. The caller closes it. */
export async function startSocketApp(options: SocketAppOptions): Promise<SocketApp> {
  const catalog = new InMemoryTenantCatalog(['a', 'b', 'c'].map((id) => ({ id, domain: `${id}.example` })));
  const clock = new ManualClock();
  const journal = new Journal();
  const created: Client[] = [];

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: options.catalog?.(catalog) ?? catalog,
        resolvers: [fromHost()],
        membership: (principal, { id }) => principal === `user of ${id}`,
        ...options.module,
      }),
      MultitenancyModule.forFeature<Client>({
        name: 'db',
        create: async ({ id }) => {
          await new Promise((resolve) => setImmediate(resolve));
          const client = new Client(id);
          created.push(client);
          return client;
        },
        dispose: (client) => void (client.closed = true),
      }),
      TenantSocketsModule,
    ],
    providers: [{ provide: Journal, useValue: journal }, DbService, ...options.gateways],
  })
  class AppModule {}

  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(options.http === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
  });
  await install(app, options, clock);
  await app.listen(0, '127.0.0.1');
  const registry = app.get<TenantClientRegistry<Client>>(getTenantClientRegistryToken('db'), { strict: false });
  const settled = async (): Promise<void> => until(() => registry.stats().leases === 0);
  return { app, port: portOf(app), catalog, registry, clock, journal, created, settled };
}

async function install(app: INestApplication, options: SocketAppOptions, clock: ManualClock): Promise<void> {
  const make = options.makeAdapter ?? ((its) => (options.platform === 'ws' ? new WsAdapter(its) : new IoAdapter(its)));
  if (options.adapter === 'none') app.useWebSocketAdapter(make(app));
  else
    await useTenantSockets(app, options.adapter === 'default' ? undefined : make(app), { clock, ...options.sockets });
}

/** A free port. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
