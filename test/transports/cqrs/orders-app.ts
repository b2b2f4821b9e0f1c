import { Controller, Get, Module, Param } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  ofType,
  QueryBus,
  QueryHandler,
  Saga,
} from '@nestjs/cqrs';
import type { ICommand, ICommandHandler, IEventHandler, IQueryHandler } from '@nestjs/cqrs';
import {
  getTenantClientToken,
  InjectTenantClient,
  InTenantScope,
  MultitenancyError,
  TenantContext,
  UseTenantClients,
} from '@tenantry/core';
import { bufferCount, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { DbClient, Door, FaultyCatalog, tenantModules } from '../tenant-fixture.js';

class WhoseCommand {}
class WhoseQuery {}
/** An event: an order was placed. */
export class Placed {
  constructor(readonly tenantId: string) {}
}
class Counted {
  constructor(readonly tenantId: string) {}
}
class Ship {
  constructor(readonly tenantId: string) {}
}
class Tally {
  constructor(readonly tenantIds: readonly string[]) {}
}

/** What a handler met: the tenant that its event was of, the tenant and client that it had, or the code that it got. */
export interface Meeting {
  readonly handler: string;
  readonly expected: string;
  readonly tenant: string | null;
  readonly client: string;
}

/** What handlers wait for and have met. */
class Backstage {
  door = new Door();
  readonly meetings: Meeting[] = [];

  constructor(
    private readonly context: TenantContext,
    private readonly db: DbClient,
  ) {}

  async meet(handler: string, expected: string): Promise<void> {
    const client = await this.#client();
    this.meetings.push({ handler, expected, tenant: this.context.tenantOrNull?.id ?? null, client });
  }

  async #client(): Promise<string> {
    try {
      return await this.db.whose();
    } catch (error) {
      return error instanceof MultitenancyError ? error.code : String(error);
    }
  }
}

@CommandHandler(WhoseCommand)
class WhoseCommandHandler implements ICommandHandler<WhoseCommand, string> {
  constructor(@InjectTenantClient('db') private readonly db: DbClient) {}
  execute(): Promise<string> {
    return this.db.whose();
  }
}

@QueryHandler(WhoseQuery)
class WhoseQueryHandler implements IQueryHandler<WhoseQuery, string> {
  constructor(@InjectTenantClient('db') private readonly db: DbClient) {}
  execute(): Promise<string> {
    return this.db.whose();
  }
}

@EventsHandler(Placed)
class OwnScopeHandler implements IEventHandler<Placed> {
  constructor(private readonly backstage: Backstage) {}
  @InTenantScope({ clients: ['db'] })
  async handle({ tenantId }: Placed): Promise<void> {
    await this.backstage.door.opened;
    await this.backstage.meet('own scope', tenantId);
  }
}

@EventsHandler(Placed)
class BorrowingHandler implements IEventHandler<Placed> {
  constructor(private readonly backstage: Backstage) {}
  async handle({ tenantId }: Placed): Promise<void> {
    await this.backstage.door.opened;
    await this.backstage.meet('caller’s scope', tenantId);
  }
}

@CommandHandler(Ship)
class ShipHandler implements ICommandHandler<Ship, void> {
  constructor(private readonly backstage: Backstage) {}
  @InTenantScope({ clients: ['db'] })
  async execute({ tenantId }: Ship): Promise<void> {
    await this.backstage.door.opened;
    await this.backstage.meet('saga', tenantId);
  }
}

@CommandHandler(Tally)
class TallyHandler implements ICommandHandler<Tally, void> {
  constructor(
    private readonly context: TenantContext,
    private readonly backstage: Backstage,
  ) {}
  async execute({ tenantIds }: Tally): Promise<void> {
    for (const id of tenantIds)
      await this.context.run(id, () => this.backstage.meet('gathering saga', id), { clients: ['db'] });
  }
}

class Sagas {
  @Saga()
  ship = (events: Observable<object>): Observable<ICommand> =>
    events.pipe(
      ofType(Placed),
      map(({ tenantId }) => new Ship(tenantId)),
    );

  @Saga()
  tally = (events: Observable<object>): Observable<ICommand> =>
    events.pipe(
      ofType(Counted),
      bufferCount(2),
      map((counted) => new Tally(counted.map(({ tenantId }) => tenantId))),
    );
}

@Controller('t/:domain')
class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly events: EventBus,
    private readonly context: TenantContext,
  ) {}

  @Get('command')
  @UseTenantClients('db')
  command(): Promise<string> {
    return this.commands.execute(new WhoseCommand());
  }

  @Get('query')
  @UseTenantClients('db')
  query(): Promise<string> {
    return this.queries.execute(new WhoseQuery());
  }

  @Get('undeclared')
  undeclared(): Promise<string> {
    return this.commands.execute(new WhoseCommand());
  }

  @Get('publish/:event')
  @UseTenantClients('db')
  publish(@Param('event') event: string): string {
    const { id } = this.context.tenant;
    this.events.publish(event === 'placed' ? new Placed(id) : new Counted(id));
    return id;
  }
}

/** A running application whose event handlers wait behind a door. */
export interface OrdersApp {
  readonly app: INestApplication;
  readonly backstage: Backstage;
  readonly events: EventBus;
}

/** Starts it; the caller closes it. */
export async function startOrdersApp(adapter: AdapterName): Promise<OrdersApp> {
  @Module({
    imports: [...tenantModules(new FaultyCatalog()), CqrsModule.forRoot()],
    controllers: [OrdersController],
    providers: [
      {
        provide: Backstage,
        inject: [TenantContext, getTenantClientToken('db')],
        useFactory: (context: TenantContext, db: DbClient) => new Backstage(context, db),
      },
      ...[WhoseCommandHandler, WhoseQueryHandler, OwnScopeHandler, BorrowingHandler, ShipHandler, TallyHandler, Sagas],
    ],
  })
  class AppModule {}
  const app = await startApp(AppModule, adapter);
  return { app, backstage: app.get(Backstage), events: app.get(EventBus) };
}
