import { ConfigModule } from '@nestjs/config';
import { REQUEST } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MultiTenantModule } from 'nestjs-multitenant';
import { createApp, injectable } from '../app.mjs';
import { nest11 } from './nest11.mjs';

/** The module as its README configures it, by subdomain; its administrative tables are in the database of `database`. */
export function multiTenancy({ adapter, database }) {
  const module = MultiTenantModule.forRoot({
    database,
    platform: adapter,
    validationStrategy: 'local',
    tenantResolution: { strategy: 'subdomain' },
  });
  const main = TypeOrmModule.forRoot({ type: 'postgres', ...database, schema: 'public' });
  return [ConfigModule.forRoot({ isGlobal: true }), main, { ...module, global: true }];
}

/**
 * `nestjs-multitenant`, read from the request, where its middleware puts the tenant; its context service has no public
 * token. No connection is asked for.
 */
export function create({ adapter, depth, database }) {
  const nest = nest11(adapter);
  class Bottom {
    constructor(request) {
      this.request = request;
    }
    tenant() {
      return (this.request.raw ?? this.request).tenant.id;
    }
  }
  const bottom = injectable(nest, Bottom, [REQUEST], { scope: nest.common.Scope.REQUEST });
  return createApp(nest, { depth, bottom, imports: multiTenancy({ adapter, database }) });
}
