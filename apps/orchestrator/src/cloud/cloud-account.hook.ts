import { TenantHook, TenantInputNeededError } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';
import { CloudAccountRepository } from './cloud-account.repository.js';

/** Records the cloud account of a new tenant, and forgets that of one that goes. */
@TenantHook({ name: 'cloud-account', order: 20 })
export class CloudAccountHook implements TenantProvisioner {
  readonly #accounts: CloudAccountRepository;

  constructor(accounts: CloudAccountRepository) {
    this.#accounts = accounts;
  }

  async provision({ tenant, input }: ProvisioningContext): Promise<void> {
    if ((await this.#accounts.findOf(tenant.id)) !== null) return;
    if (!(input instanceof NewTenantInput)) throw new TenantInputNeededError('The cloud account');
    await this.#accounts.addTo(tenant.id, input.cloudAccount);
  }

  undo({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeOf(tenant.id);
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeOf(tenant.id);
  }
}
