import { Provisioner, TenantInputNeededError } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';
import { UserRepository } from './user.repository.js';

/** Gives a new tenant its first user, and removes the users of one that goes. */
@Provisioner({ name: 'first-user', order: 10 })
export class FirstUserHook implements TenantProvisioner {
  readonly #users: UserRepository;

  constructor(users: UserRepository) {
    this.#users = users;
  }

  async provision({ tenant, input }: ProvisioningContext): Promise<void> {
    if (await this.#users.anyIn(tenant.id)) return;
    if (!(input instanceof NewTenantInput)) throw new TenantInputNeededError('The first user');
    const { adminName: name, adminPasswordHash: passwordHash } = input;
    await this.#users.addTo(tenant.id, { name, passwordHash, roles: ['admin'] });
  }

  undo({ tenant }: ProvisioningContext): Promise<void> {
    return this.#users.removeAllOf(tenant.id);
  }

  remove({ tenant }: ProvisioningContext): Promise<void> {
    return this.#users.removeAllOf(tenant.id);
  }
}
