import { Controller, Get, Injectable, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { InjectTenantClient, MultitenancyError, TenantContext, UseTenantClients } from '@tenantry/core';
import type { ForEachReport } from '@tenantry/core';
import { ClsService } from 'nestjs-cls';
import { call, startApp } from '../../support/http.js';
import { until } from '../../support/until.js';
import { DbClient, Door, FaultyCatalog, leasesOf, tenantModules } from '../tenant-fixture.js';

const catalog = new FaultyCatalog();
const NEVER = '0 0 0 1 1 *';

@Injectable()
class Reports {
  readonly seen: string[] = [];
  readonly door = new Door();
  report: ForEachReport | undefined;

  constructor(
    private readonly context: TenantContext,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @Cron(NEVER, { name: 'bare' })
  bare(): void {
    this.seen.push(this.tenant(), this.client());
  }

  @Cron(NEVER, { name: 'each' })
  async each(): Promise<void> {
    const work = async ({ id }: { id: string }): Promise<void> => {
      if (id === 'bar') throw new Error('bar is broken');
      this.seen.push(`${id} ${this.tenant()} ${await this.db.whose()}`);
    };
    this.report = await this.context.forEachTenant(work, { clients: ['db'], concurrency: 2 });
  }

  tenant(): string {
    return codeOr(() => this.context.tenant.id);
  }

  client(): string {
    return codeOr(() => ('whose' in this.db ? 'function' : 'nothing'));
  }
}

function codeOr(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return error instanceof MultitenancyError ? error.code : String(error);
  }
}

@Controller('t/:domain')
class JobsController {
  constructor(
    private readonly reports: Reports,
    private readonly cls: ClsService,
    private readonly registry: SchedulerRegistry,
  ) {}

  @Get('schedule')
  @UseTenantClients('db')
  schedule(): string {
    this.#soon('as it is');
    this.cls.exit(() => this.#soon('outside'));
    return this.reports.tenant();
  }

  #soon(name: string): void {
    const onTick = async (): Promise<void> => {
      await this.reports.door.opened;
      this.reports.seen.push(`${name}: ${this.reports.tenant()} ${this.reports.client()}`);
    };
    this.registry.addTimeout(
      name,
      setTimeout(() => void onTick(), 0),
    );
  }
}

@Module({
  imports: [...tenantModules(catalog), ScheduleModule.forRoot()],
  controllers: [JobsController],
  providers: [Reports],
})
class AppModule {}

describe('jobs of @nestjs/schedule', () => {
  let app: INestApplication;
  let reports: Reports;
  beforeEach(async () => {
    app = await startApp(AppModule, 'express');
    reports = app.get(Reports);
  });
  afterEach(() => app.close());

  const fire = async (name: string): Promise<void> => app.get(SchedulerRegistry).getCronJob(name).fireOnTick();

  it('have no tenant and no client', async () => {
    await fire('bare');
    expect(reports.seen).toEqual(['MT_CONTEXT_MISSING', 'MT_CONTEXT_MISSING']);
  });

  it('work for each tenant with its own client, and one that fails does not stop the others', async () => {
    await fire('each');
    await until(() => reports.report !== undefined);
    expect(reports.seen).toEqual(['foo foo foo']);
    expect(reports.report).toMatchObject({
      succeeded: 1,
      failed: [{ tenantId: 'bar', error: Error('bar is broken') }],
    });
    expect(leasesOf(app)).toBe(0);
  });

  it('keep the tenant of the request that starts them, never its clients; started outside of the context they have none', async () => {
    expect((await call(app, '/t/foo.com/schedule')).text).toBe('foo');
    await until(() => leasesOf(app) === 0);
    reports.door.open();
    await until(() => reports.seen.length === 2);
    expect(reports.seen.sort()).toEqual([
      'as it is: foo MT_CLIENT_NOT_ACQUIRED',
      'outside: MT_CONTEXT_MISSING MT_CONTEXT_MISSING',
    ]);
  });
});
