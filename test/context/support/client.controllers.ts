import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { getTenantClientToken, InjectTenantClient, TenantContext, TenantOptional } from '@tenantry/core';
import { ModuleRef } from '@nestjs/core';
import { Readable } from 'node:stream';
import { DbClient } from './db-client.js';
import { Stops } from './stops.js';
import { CurrentVisit } from './visit.js';
import type { Visit } from './visit.js';

/** Handlers that use the tenant's client. */
@Controller('t/:domain/client')
export class ClientController {
  constructor(
    private readonly stops: Stops,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @Get('one')
  async one(@CurrentVisit() visit: Visit): Promise<string> {
    const { serial, tenantId } = visit;
    this.stops.same('client', serial, tenantId, await this.db.whose());
    await delay(serial % 3);
    this.stops.same('client', serial, tenantId, await this.db.whose());
    this.stops.at('behind a client', visit);
    return this.stops.lastWords(visit);
  }

  @Get('rows')
  rows(@CurrentVisit() visit: Visit): StreamableFile {
    return new StreamableFile(Readable.from(this.#rows(visit), { objectMode: false }), { type: 'text/plain' });
  }

  async *#rows(visit: Visit): AsyncGenerator<string> {
    for (let page = 0; page < 6; page += 1) {
      const whose = await this.db.whose();
      this.stops.same('client of a stream', visit.serial, visit.tenantId, whose);
      yield whose.repeat(1000);
    }
    yield this.stops.lastWords(visit);
  }
}

/** Work for another tenant inside of a request. */
@Controller('t/:domain/nested')
export class NestedController {
  constructor(
    private readonly stops: Stops,
    private readonly context: TenantContext,
    private readonly moduleRef: ModuleRef,
  ) {}

  @Get('run')
  async run(@CurrentVisit() visit: Visit): Promise<string> {
    const inner = { ...visit, tenantId: visit.otherId };
    const work = this.context.run(visit.otherId, async () => {
      this.stops.at('nested', inner);
      await delay(1);
      await this.context.run(visit.tenantId ?? '', () => this.stops.at('nested twice', visit));
      this.stops.at('nested', inner);
    });
    this.stops.at('beside nested work', visit);
    await work;
    this.stops.at('behind nested work', visit);
    return this.stops.lastWords(visit);
  }

  @Get('client')
  async client(@CurrentVisit() visit: Visit): Promise<string> {
    const db = this.moduleRef.get<DbClient>(getTenantClientToken('db'), { strict: false });
    const whose = await this.context.run(visit.otherId, () => db.whose(), { clients: ['db'] });
    this.stops.same('nested client', visit.serial, visit.otherId, whose);
    this.stops.at('behind a nested client', visit);
    return this.stops.lastWords(visit);
  }
}

/** Routes that need no tenant, with and without one. */
@Controller(['open', 't/:domain/open'])
@TenantOptional()
export class OpenController {
  constructor(private readonly stops: Stops) {}

  @Get()
  async open(@CurrentVisit() visit: Visit): Promise<string> {
    this.stops.at('optional', visit);
    await delay(visit.serial % 2);
    this.stops.at('optional', visit);
    return this.stops.lastWords(visit);
  }
}
