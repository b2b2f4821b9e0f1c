import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { TenantServicesModule } from '../services/tenant-services.module.js';
import { Seeder } from './seeder.js';

/** Fills an empty database at the start. */
@Module({
  imports: [AdminModule, ProjectsModule, TenantServicesModule],
  providers: [Seeder],
  exports: [Seeder],
})
export class SeedModule {}
