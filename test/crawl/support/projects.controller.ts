import {
  Body,
  ConflictException,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
  Query,
  UnprocessableEntityException,
  UseGuards,
} from '@nestjs/common';
import { TenantMembershipGuard } from '@tenantry/core';
import type { Leak } from './leaks.js';
import { Mistake, ProjectStore } from './project-store.js';
import type { Project, Task } from './project-store.js';

interface NewProject {
  readonly name?: unknown;
  readonly tenantId?: string;
}

@Controller('t/:domain/projects')
@UseGuards(TenantMembershipGuard)
export class ProjectsController {
  readonly #cache = new Map<string, readonly object[]>();
  #last: Project | undefined;
  #visitor = '';
  #current = '';

  constructor(
    private readonly store: ProjectStore,
    private readonly mistake: Mistake,
  ) {}

  @Post()
  create(@Body() body: NewProject): object {
    if (typeof body.name !== 'string') throw new UnprocessableEntityException('name is needed');
    const taken = this.store.anyProjectNamed(body.name);
    if (taken !== undefined && this.mistake.is('name unique over all tenants')) throw new ConflictException();
    const tenantId = this.mistake.is('tenant from the body') ? body.tenantId : undefined;
    this.#cache.clear();
    return shown(this.store.createProject(body.name, tenantId));
  }

  @Get()
  list(@Query('tenantId') tenantId?: string): readonly object[] {
    if (this.mistake.is('tenant from the query') && tenantId !== undefined)
      return this.store.projectsOf(tenantId).map(shown);
    const key = this.mistake.is('cache without the tenant') ? 'projects' : this.store.tenantId;
    const known = this.#cache.get(key);
    if (known !== undefined && this.mistake.is('cache without the tenant')) return known;
    const projects = this.store.projects('list without a where').map(shown);
    this.#cache.set(key, projects);
    return projects;
  }

  @Get('recent')
  recent(): object {
    const [former, visitor] = [this.#last, this.#visitor];
    this.#visitor = this.store.tenantId;
    if (this.mistake.is('name of the last visitor')) return { visitor };
    this.#last = this.store.projects()[0];
    return { name: this.mistake.is('state of a former request') ? former?.name : this.#last?.name };
  }

  @Get('current')
  async current(): Promise<object> {
    const tenantId = (this.#current = this.store.tenantId);
    await new Promise((resolve) => setImmediate(resolve));
    const seen = this.mistake.is('state across an await') ? this.#current : tenantId;
    return { first: this.store.projectsOf(seen)[0]?.name };
  }

  @Get('count')
  count(): object {
    return { count: this.store.projects('count over all tenants').length };
  }

  @Get('search')
  search(@Query('q') text = ''): object {
    const found = this.store.projects('search over all tenants').filter(({ name }) => name.includes(text));
    return { hits: text === '' ? 0 : found.length };
  }

  @Get(':id')
  get(@Param('id') id: string): object {
    return shown(this.#found(id, 'read by id alone'));
  }

  @Patch(':id')
  update(@Param('id') id: string, @Body('name') name: string): object {
    const project = this.#found(id, 'update by id alone');
    project.name = name;
    this.#cache.clear();
    return { changed: true };
  }

  @Post(':id/archive')
  archive(@Param('id') id: string): object {
    this.#found(id, 'action by id alone').archived = true;
    return { archived: true };
  }

  @Delete(':id')
  @HttpCode(204)
  delete(@Param('id') id: string): void {
    this.store.deleteProject(this.#found(id, 'delete by id alone'));
    this.#cache.clear();
  }

  @Post(':projectId/tasks')
  createTask(@Param('projectId') projectId: string, @Body('title') title: string): object {
    return titled(this.store.createTask(this.#found(projectId).id, title));
  }

  @Get(':projectId/tasks')
  tasks(@Param('projectId') projectId: string): object[] {
    return this.store.tasks(this.#found(projectId).id).map(titled);
  }

  @Get(':projectId/tasks/:taskId')
  task(@Param('projectId') projectId: string, @Param('taskId') taskId: string): object {
    const project = this.#found(projectId);
    const task = this.mistake.is('child without its parent')
      ? this.store.anyTask(taskId)
      : this.store.task(project.id, taskId);
    if (task === undefined) throw new NotFoundException();
    return titled(task);
  }

  #found(id: string, ...mistakes: readonly Leak[]): Project {
    const project = this.store.project(id, ...mistakes);
    if (project !== undefined) return project;
    const foreign = this.store.anyProject(id);
    if (foreign !== undefined) this.#reveal(foreign);
    throw new NotFoundException();
  }

  #reveal({ name }: Project): void {
    if (this.mistake.is('forbidden in place of missing')) throw new ForbiddenException();
    if (this.mistake.is('another text for a foreign id')) throw new NotFoundException('not yours');
    if (this.mistake.is('error with foreign data')) throw new NotFoundException(`${name} is not yours`);
  }
}

function shown({ id, name, archived }: Project): object {
  return { id, name, archived };
}

function titled({ id, projectId, title }: Task): object {
  return { id, projectId, title };
}
