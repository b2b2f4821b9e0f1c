import { Provisioner } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { ServiceRemoval } from '@tenantry/services';

/** Removes what a tenant that goes has deployed. */
@Provisioner({ name: 'services', order: 40 })
export class ServicesHook implements TenantProvisioner {
  readonly #services: ServiceRemoval;

  constructor(services: ServiceRemoval) {
    this.#services = services;
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#services.removeAll(tenant.id);
  }
}
