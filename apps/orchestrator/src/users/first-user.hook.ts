import { Accounts, ADMINISTRATOR_ROLE, APPLICATION, Roles } from '@tenantry/identity';
import { Provisioner, TenantInputNeededError } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';

/** Gives a new tenant its first user, who is its administrator, and removes users and roles of one that goes. */
@Provisioner({ name: 'first-user', order: 10 })
export class FirstUserHook implements TenantProvisioner {
  readonly #accounts: Accounts;
  readonly #roles: Roles;

  constructor(accounts: Accounts, roles: Roles) {
    this.#accounts = accounts;
    this.#roles = roles;
  }

  async provision({ tenant: { id }, input }: ProvisioningContext): Promise<void> {
    if ((await this.#accounts.list(id, { limit: 1 })).length > 0) return;
    if (!(input instanceof NewTenantInput)) throw new TenantInputNeededError('The first user');
    await this.#roles.addAdministrator(id);
    const { adminName: name, adminPasswordHash: hash } = input;
    await this.#accounts.add(id, { name, password: { hash }, roles: [ADMINISTRATOR_ROLE] }, APPLICATION);
  }

  undo({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeAll(tenant.id);
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#accounts.removeAll(tenant.id);
  }
}
