import { Module } from '@nestjs/common';
import { CloudClientsModule } from '../cloud/cloud-clients.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { AdminClientsController } from './admin-clients.controller.js';
import { AdminOperationsController } from './admin-operations.controller.js';
import { AdminTenantsController } from './admin-tenants.controller.js';
import { TenantAdministration } from './tenant-administration.js';
import { TenantOperations } from './tenant-operations.js';

/** What the operator sees and does. */
@Module({
  imports: [CloudClientsModule, DatabaseModule],
  controllers: [AdminTenantsController, AdminOperationsController, AdminClientsController],
  providers: [TenantAdministration, TenantOperations],
  exports: [TenantAdministration],
})
export class AdminModule {}
