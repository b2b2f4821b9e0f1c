import type { DynamicModule } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { ApplicationDatabase } from './database/application-database.js';
import { applicationDatabaseModule } from './database/application-database.module.js';
import { TenantDatabaseModule } from './database/tenant-database.module.js';
import { HealthModule } from './health/health.module.js';
import { validationPipe } from './http/validation.pipe.js';
import { identityModule } from './identity/identity.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { overridesModule } from './overrides.module.js';
import type { OrchestratorOverrides } from './overrides.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { SeedModule } from './seed/seed.module.js';
import { ServersModule } from './servers/servers.module.js';
import { serviceRoutesModule, TenantServicesModule } from './services/tenant-services.module.js';
import { settingsModule } from './settings/settings.module.js';
import type { Settings } from './settings/settings.js';
import { followOtherNodes } from './tenancy/follow-other-nodes.js';
import { TenancyModule } from './tenancy/tenancy.module.js';
import { UsersModule } from './users/users.module.js';

/** The whole application. */
export class AppModule {
  /**
   * @param settings made by `readSettings`
   * @param opened made by `openApplicationDatabase`; the application closes it
   */
  static register(
    settings: Settings,
    opened: ApplicationDatabase,
    overrides: OrchestratorOverrides = {},
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        overridesModule(overrides),
        settingsModule(settings),
        applicationDatabaseModule(opened),
        TenancyModule,
        identityModule(),
        ...followOtherNodes(settings, opened),
        TenantDatabaseModule,
        AuthModule,
        UsersModule,
        ProjectsModule,
        ServersModule,
        TenantServicesModule,
        serviceRoutesModule(settings),
        AdminModule,
        HealthModule,
        MetricsModule,
        SeedModule,
      ],
      providers: [{ provide: APP_PIPE, useFactory: validationPipe }],
    };
  }
}
