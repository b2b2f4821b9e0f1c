import { CurrentTenant, TenantSettings } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { RequirePermission } from '@tenantry/identity';
import { Body, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { notFound, projectLimitReached } from '../http/api-errors.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { pageOf, pageQuerySchema } from '../http/page.js';
import type { Page, PageQuery } from '../http/page.js';
import { TenantController } from '../http/tenant-controller.decorator.js';
import { UuidParam } from '../http/uuid-param.decorator.js';
import type { OrchestratorSettings } from '../tenancy/tenant-settings.js';
import { ProjectRepository } from './project.repository.js';
import { newProjectSchema, projectChangesSchema, projectPageSchema, projectSchema } from './project.schemas.js';
import type { NewProject, ProjectChanges } from './project.schemas.js';
import type { Project } from './project.js';

/** The projects of the tenant. */
@RequirePermission('projects:read')
@TenantController('projects')
export class ProjectsController {
  readonly #projects: ProjectRepository;
  readonly #settings: TenantSettings<OrchestratorSettings>;

  constructor(projects: ProjectRepository, settings: TenantSettings<OrchestratorSettings>) {
    this.#projects = projects;
    this.#settings = settings;
  }

  /** Creates a project. */
  @Post()
  @RequirePermission('projects:write')
  @ApiOperation({ summary: 'Create a project' })
  @ApiCreatedResponse({ standardSchema: projectSchema })
  async create(
    @CurrentTenant() tenant: Tenant,
    @Body({ schema: newProjectSchema }) project: NewProject,
  ): Promise<Project> {
    const { maxProjects } = this.#settings.read(tenant).settings;
    const created = await this.#projects.create(project, maxProjects);
    if (created === null) throw projectLimitReached(maxProjects);
    return created;
  }

  /** Lists the projects, oldest first. */
  @Get()
  @ApiOperation({ summary: 'List projects' })
  @ApiOkResponse({ standardSchema: projectPageSchema })
  async list(@Query({ schema: pageQuerySchema }) { limit, after }: PageQuery): Promise<Page<Project>> {
    const rows = await this.#projects.list(limit + 1, after === undefined ? null : decodeCursor(after));
    return pageOf(rows, limit, encodeCursor);
  }

  /** Gives one project. */
  @Get(':id')
  @ApiOperation({ summary: 'Get a project' })
  @ApiOkResponse({ standardSchema: projectSchema })
  async get(@UuidParam() id: string): Promise<Project> {
    return found(await this.#projects.find(id));
  }

  /** Changes one project. */
  @Patch(':id')
  @RequirePermission('projects:write')
  @ApiOperation({ summary: 'Change a project' })
  @ApiOkResponse({ standardSchema: projectSchema })
  async update(
    @UuidParam() id: string,
    @Body({ schema: projectChangesSchema }) changes: ProjectChanges,
  ): Promise<Project> {
    return found(await this.#projects.update(id, changes));
  }

  /** Deletes one project. */
  @Delete(':id')
  @RequirePermission('projects:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a project' })
  @ApiNoContentResponse()
  async delete(@UuidParam() id: string): Promise<void> {
    if (!(await this.#projects.delete(id))) throw notFound();
  }
}

function found(project: Project | null): Project {
  if (project === null) throw notFound();
  return project;
}
