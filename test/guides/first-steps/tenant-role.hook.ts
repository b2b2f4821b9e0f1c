import { Provisioner } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';
import { boundRoleSql, dropBoundRoleSql, pgDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { passwordOf, settings } from './settings.js';

/** Gives each new tenant a login role, and takes role and rows away with the tenant. */
@Provisioner({ name: 'role', order: 1 })
export class TenantRole implements TenantProvisioner {
  provision({ tenant: { id } }: ProvisioningContext): Promise<void> {
    const { rolePrefix: prefix, tablesRole: memberOf } = settings;
    return asOwner(boundRoleSql({ tenantId: id, prefix, memberOf, password: passwordOf(id) }));
  }

  undo({ tenant: { id } }: ProvisioningContext): Promise<void> {
    return asOwner(dropBoundRoleSql({ tenantId: id, prefix: settings.rolePrefix }));
  }

  async remove({ tenant: { id } }: ProvisioningContext): Promise<void> {
    await asOwner(`set local tenantry.tenant_id = '${id}'; delete from project`);
    await asOwner(dropBoundRoleSql({ tenantId: id, prefix: settings.rolePrefix }));
  }
}

async function asOwner(sql: string): Promise<void> {
  const owner = pgDatabase(new pg.Pool({ connectionString: settings.ownerUrl, max: 1 }));
  try {
    await owner.query(sql);
  } finally {
    await owner.close();
  }
}
