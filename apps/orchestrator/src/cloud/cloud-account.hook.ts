import { Inject } from '@nestjs/common';
import { Provisioner, TenantInputNeededError } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';
import { CloudAccountRepository } from './cloud-account.repository.js';

/** Records the cloud account of a new tenant, unless accounts are in Vault, and deletes that of a deleted one. */
@Provisioner({ name: 'cloud-account', order: 20 })
export class CloudAccountHook implements TenantProvisioner {
  readonly #accounts: CloudAccountRepository;
  readonly #isInVault: boolean;

  constructor(accounts: CloudAccountRepository, @Inject(SETTINGS) settings: Pick<Settings, 'vault'>) {
    this.#accounts = accounts;
    this.#isInVault = settings.vault !== undefined;
  }

  async provision({ tenant, input }: ProvisioningContext): Promise<void> {
    if (this.#isInVault) return;
    if ((await this.#accounts.findOf(tenant.id)) !== null) return;
    if (!(input instanceof NewTenantInput) || !input.cloudAccount)
      throw new TenantInputNeededError('The cloud account');
    await this.#accounts.addTo(tenant.id, input.cloudAccount);
  }

  undo({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeOf(tenant.id);
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeOf(tenant.id);
  }
}
