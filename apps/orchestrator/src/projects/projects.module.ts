import { Module } from '@nestjs/common';
import { ProjectRepository } from './project.repository.js';
import { ProjectsController } from './projects.controller.js';

/** The projects of tenants. */
@Module({ controllers: [ProjectsController], providers: [ProjectRepository], exports: [ProjectRepository] })
export class ProjectsModule {}
