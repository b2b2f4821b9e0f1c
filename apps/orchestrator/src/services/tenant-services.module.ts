import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';
import { ServicesModule } from '@tenantry/services';
import type { ServicesOptions } from '@tenantry/services';
import { PostgresArtifactStore, PostgresServiceValues } from '@tenantry/services/postgres';
import { RequestTokensModule } from '../auth/request-tokens.module.js';
import type { Settings } from '../settings/settings.js';
import { ServiceRuns } from './service-runs.js';
import { ServicesAdminController } from './services-admin.controller.js';
import { servicesController } from './services.controller.js';
import { ServicesHook } from './services.hook.js';

const services = ServicesModule.forRootAsync({
  inject: [TenantDatabase],
  useFactory: (database: TenantDatabase): ServicesOptions => ({
    store: new PostgresArtifactStore(database),
    values: new PostgresServiceValues(database),
    plan: () => ({ capabilities: { kv: true, log: true, services: true } }),
  }),
});

/** The services that tenants deploy: their administration, and their end. */
@Module({
  imports: [services],
  controllers: [ServicesAdminController],
  providers: [ServicesHook],
  exports: [services],
})
export class TenantServicesModule {}

class ServiceRoutesModule {}

/** The routes that run services. */
export function serviceRoutesModule(settings: Settings): DynamicModule {
  return {
    module: ServiceRoutesModule,
    imports: [services, RequestTokensModule],
    controllers: [servicesController(settings)],
    providers: [ServiceRuns],
  };
}
