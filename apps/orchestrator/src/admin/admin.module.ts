import { Module } from '@nestjs/common';
import { CloudAccountsModule } from '../cloud/cloud-accounts.module.js';
import { CloudClientsModule } from '../cloud/cloud-clients.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdminClientsController } from './admin-clients.controller.js';
import { AdminTenantsController } from './admin-tenants.controller.js';
import { TenantAdministration } from './tenant-administration.js';

/** What the operator sees and does. */
@Module({
  imports: [CloudAccountsModule, CloudClientsModule, DatabaseModule, UsersModule],
  controllers: [AdminTenantsController, AdminClientsController],
  providers: [TenantAdministration],
  exports: [TenantAdministration],
})
export class AdminModule {}
