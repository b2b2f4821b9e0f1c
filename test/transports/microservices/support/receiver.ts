import { Controller, Inject, Injectable, Module, UseGuards } from '@nestjs/common';
import type { CanActivate, INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  CurrentTenant,
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  SuperTenantOnly,
  TenantContext,
  TenantOptional,
} from '@tenantry/core';
import type { Tenant, TenantClientRegistry } from '@tenantry/core';
import type { ErrorDetail } from '@tenantry/core/spi';
import { useTenantMessages } from '@tenantry/transports/microservices';
import type { RefusedMessage } from '@tenantry/transports/microservices';
import { interval, map, Observable, of, Subject, take, throwError } from 'rxjs';
import { until } from '../../../support/until.js';
import type { Link } from './links.js';

/** Client of a tenant. */
class Client {
  readonly #tenantId: string;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  async whose(): Promise<string> {
    return this.#tenantId;
  }
}

/** What a handler saw. */
export interface Visit {
  readonly handler: string;
  readonly tenant: string | null;
  readonly client?: string;
  readonly data: unknown;
}

/** How a receiver is set up; by default as most applications are. */
export interface ReceiverOptions {
  readonly secrets?: readonly string[];
  readonly guard?: 'global' | 'manual';
  readonly errorDetail?: ErrorDetail;
  /** Makes the clients; default at once. */
  readonly createClient?: (tenant: Tenant) => unknown;
}

/** What receivers are made of: a root module, and what its handlers leave behind. */
export interface ReceiverParts {
  readonly root: Type;
  readonly catalog: InMemoryTenantCatalog;
  readonly visits: Visit[];
  readonly errorDetail: RefusedMessage[];
  /** Emits to `endless` handlers. */
  readonly ticks: Subject<number>;
}

/** A receiver that listens. */
export interface Receiver extends ReceiverParts {
  readonly app: INestMicroservice;
  readonly leases: () => number;
}

/** The tenants of both sides; each side has a catalog of its own. */
export function catalog(): InMemoryTenantCatalog {
  return new InMemoryTenantCatalog([
    { id: 'foo', domain: 'foo.com' },
    { id: 'bar', domain: 'bar.com' },
    { id: 'new', domain: 'new.com', status: 'provisioning' },
  ]);
}

const VISITS = 'visits';
const TICKS = 'ticks';

@Injectable()
class NoEntry implements CanActivate {
  constructor(private readonly context: TenantContext) {}

  canActivate(): boolean {
    return this.context.tenant === null;
  }
}

function handlersOf(prefix: string): Type[] {
  @Controller()
  class Handlers {
    constructor(
      private readonly context: TenantContext,
      @InjectTenantClient('db') private readonly db: Client,
      @Inject(VISITS) private readonly visits: Visit[],
      @Inject(TICKS) private readonly ticks: Subject<number>,
    ) {}

    @MessagePattern(`${prefix}.whose`)
    whose(@Payload() data: unknown): Promise<Visit> {
      return this.#visit('whose', data);
    }

    @MessagePattern({ about: { a: 'x', b: 1 }, cmd: prefix })
    objectPattern(@Payload() data: unknown): Promise<Visit> {
      return this.#visit('objectPattern', data);
    }

    @EventPattern(`${prefix}.happened`)
    async happened(@Payload() data: unknown): Promise<void> {
      await this.#visit('happened', data);
    }

    @EventPattern(`${prefix}.happened`)
    async happenedToo(@Payload() data: unknown): Promise<void> {
      await this.#visit('happenedToo', data);
    }

    @MessagePattern(`${prefix}.stream`)
    stream(@Payload() count: number): Observable<string> {
      return interval(1).pipe(
        take(count),
        map((index) => `${this.context.tenant.id}:${index}`),
      );
    }

    @MessagePattern(`${prefix}.endless`)
    endless(): Observable<string> {
      return this.ticks.pipe(map((tick) => `tick:${tick}`));
    }

    @MessagePattern(`${prefix}.failing`)
    failing(): Promise<never> {
      return Promise.reject(new Error('a secret of the service'));
    }

    @MessagePattern(`${prefix}.failing-stream`)
    failingStream(): Observable<never> {
      return throwError(() => new Error('a secret of the service'));
    }

    @MessagePattern(`${prefix}.failing-elsewhere`)
    failingElsewhere(): Promise<never> {
      return this.context.run('unknown', () => Promise.reject(new Error('not reached')));
    }

    @MessagePattern(`${prefix}.forbidden`)
    @UseGuards(NoEntry)
    forbidden(): Observable<string> {
      return of('never');
    }

    async #visit(handler: string, data: unknown): Promise<Visit> {
      await pause(this.visits.length % 4);
      const visit = { handler, tenant: this.context.tenant.id, client: await this.db.whose(), data };
      this.visits.push(visit);
      return visit;
    }
  }

  @Controller()
  class PlainHandlers {
    constructor(
      private readonly context: TenantContext,
      @Inject(VISITS) private readonly visits: Visit[],
    ) {}

    @MessagePattern(`${prefix}.optional`)
    @TenantOptional()
    optional(@Payload() data: unknown, @CurrentTenant() tenant: Tenant | null): Visit {
      return { handler: 'optional', tenant: tenant?.id ?? null, data };
    }

    @MessagePattern(`${prefix}.operator`)
    @SuperTenantOnly()
    operator(@Payload() data: unknown): Visit {
      return { handler: 'operator', tenant: this.context.tenant.id, data };
    }

    @MessagePattern(`${prefix}.bystander`)
    bystander(@Payload() data: unknown, @Ctx() context: object): string {
      this.visits.push({ handler: 'bystander', tenant: null, data });
      return context.constructor.name;
    }
  }
  return [Handlers, PlainHandlers];
}

/** The parts of a receiver, for a test that starts it in its own way. */
export function receiverParts(prefix: string, options: ReceiverOptions = {}): ReceiverParts {
  const parts = { catalog: catalog(), visits: [] as Visit[], errorDetail: [], ticks: new Subject<number>() };
  const {
    secrets = [],
    guard = 'global',
    errorDetail = 'full',
    createClient = ({ id }: Tenant) => new Client(id),
  } = options;

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: parts.catalog,
        resolvers: [fromPath()],
        messages: { secrets },
        guard,
        errorDetail,
      }),
      MultitenancyModule.forFeature({ name: 'db', create: createClient }),
    ],
    providers: [
      { provide: VISITS, useValue: parts.visits },
      { provide: TICKS, useValue: parts.ticks },
    ],
    controllers: handlersOf(prefix),
  })
  class Root {}

  return { ...parts, root: Root };
}

/** Starts a microservice. The caller closes it. */
export async function startReceiver(link: Link, options: ReceiverOptions = {}): Promise<Receiver> {
  const parts = receiverParts(link.prefix, options);
  const app = await NestFactory.createMicroservice(parts.root, { ...link.server, logger: false });
  useTenantMessages(app, { onRefused: (refusal) => parts.errorDetail.push(refusal) });
  await app.listen();
  return { ...parts, app, leases: leasesOf(app) };
}

/** How many clients are in use. */
export function leasesOf(app: { get: INestMicroservice['get'] }): () => number {
  const registry = app.get<TenantClientRegistry<unknown>>(getTenantClientRegistryToken('db'));
  return () => registry.stats().leases;
}

/** A few turns of the event loop, so that messages overtake each other. */
async function pause(turns: number): Promise<void> {
  let left = turns;
  await until(() => left-- <= 0);
}
