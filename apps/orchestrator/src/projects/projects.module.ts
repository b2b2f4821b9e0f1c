import { Module } from '@nestjs/common';
import { ProjectRepository } from './project.repository.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsHook } from './projects.hook.js';

/** The projects of tenants. */
@Module({
  controllers: [ProjectsController],
  providers: [ProjectRepository, ProjectsHook],
  exports: [ProjectRepository],
})
export class ProjectsModule {}
