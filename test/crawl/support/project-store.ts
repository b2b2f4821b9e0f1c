import { Injectable } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { createHash } from 'node:crypto';
import type { Leak } from './leaks.js';

export interface Project {
  readonly id: string;
  readonly tenantId: string;
  name: string;
  archived: boolean;
}

export interface Task {
  readonly id: string;
  readonly tenantId: string;
  readonly projectId: string;
  readonly title: string;
}

/** The mistake that the application makes; `undefined` = none. */
@Injectable()
export class Mistake {
  constructor(readonly leak: Leak | undefined) {}

  is(...leaks: readonly Leak[]): boolean {
    return this.leak !== undefined && leaks.includes(this.leak);
  }
}

/** Rows of all tenants. Every statement asks for the tenant, but for the mistake. */
@Injectable()
export class ProjectStore {
  readonly #projects: Project[] = [];
  readonly #tasks: Task[] = [];
  #count = 0;

  constructor(
    private readonly context: TenantContext,
    private readonly mistake: Mistake,
  ) {}

  get tenantId(): string {
    return this.context.tenant.id;
  }

  createProject(name: string, tenantId = this.tenantId): Project {
    const project = { id: this.#id(), tenantId, name, archived: false };
    this.#projects.push(project);
    return project;
  }

  projects(...mistakes: readonly Leak[]): Project[] {
    return this.projectsOf(this.tenantId, ...mistakes);
  }

  projectsOf(tenantId: string, ...mistakes: readonly Leak[]): Project[] {
    return this.#projects.filter((project) => project.tenantId === tenantId || this.mistake.is(...mistakes));
  }

  project(id: string, ...mistakes: readonly Leak[]): Project | undefined {
    return this.projects(...mistakes).find((project) => project.id === id);
  }

  anyProject(id: string): Project | undefined {
    return this.#projects.find((project) => project.id === id);
  }

  anyProjectNamed(name: string): Project | undefined {
    return this.#projects.find((project) => project.name === name);
  }

  deleteProject(project: Project): void {
    this.#projects.splice(this.#projects.indexOf(project), 1);
  }

  createTask(projectId: string, title: string): Task {
    const task = { id: this.#id(), tenantId: this.tenantId, projectId, title };
    this.#tasks.push(task);
    return task;
  }

  tasks(projectId: string): Task[] {
    return this.#tasks.filter((task) => task.projectId === projectId && task.tenantId === this.tenantId);
  }

  task(projectId: string, id: string): Task | undefined {
    return this.tasks(projectId).find((task) => task.id === id);
  }

  anyTask(id: string): Task | undefined {
    return this.#tasks.find((task) => task.id === id);
  }

  /** UUIDs, but the same ones at each run. */
  #id(): string {
    const hash = createHash('sha256')
      .update(`row ${(this.#count += 1)}`)
      .digest('hex');
    return [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `4${hash.slice(13, 16)}`,
      `8${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join('-');
  }
}
