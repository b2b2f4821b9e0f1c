import { Body, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { notFound } from '../http/api-errors.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { pageOf, pageQuerySchema } from '../http/page.js';
import type { Page, PageQuery } from '../http/page.js';
import { TenantController } from '../http/tenant-controller.decorator.js';
import { UuidParam } from '../http/uuid-param.decorator.js';
import { ProjectRepository } from './project.repository.js';
import { newProjectSchema, projectChangesSchema, projectPageSchema, projectSchema } from './project.schemas.js';
import type { NewProject, ProjectChanges } from './project.schemas.js';
import type { Project } from './project.js';

/** The projects of the tenant. */
@TenantController('projects')
export class ProjectsController {
  readonly #projects: ProjectRepository;

  constructor(projects: ProjectRepository) {
    this.#projects = projects;
  }

  /** Creates a project. */
  @Post()
  @ApiOperation({ summary: 'Create a project' })
  @ApiCreatedResponse({ standardSchema: projectSchema })
  create(@Body({ schema: newProjectSchema }) project: NewProject): Promise<Project> {
    return this.#projects.create(project);
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
