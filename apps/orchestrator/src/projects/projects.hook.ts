import { Provisioner } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { ProjectRepository } from './project.repository.js';

/** Removes the projects of a tenant that goes. */
@Provisioner({ name: 'projects', order: 30 })
export class ProjectsHook implements TenantProvisioner {
  readonly #projects: ProjectRepository;

  constructor(projects: ProjectRepository) {
    this.#projects = projects;
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#projects.removeAllOf(tenant.id);
  }
}
