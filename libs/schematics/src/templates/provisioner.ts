import type { Names } from '../names.js';

/** Source of a provisioner. */
export function provisionerSource({ kebab, pascal }: Names): string {
  return `import { Provisioner } from '@tenantry/lifecycle';
import type { ProvisioningContext, TenantProvisioner } from '@tenantry/lifecycle';

/** Add it to the \`providers\` of a module. Every method may run again after a crash: it must accept work that is done. */
@Provisioner({ name: '${kebab}' })
export class ${pascal}Provisioner implements TenantProvisioner {
  /** Sets up what a new tenant needs. */
  async provision({ tenant }: ProvisioningContext): Promise<void> {
    void tenant;
  }

  /** Takes back what \`provision\` did when a creation has failed. */
  async undo({ tenant }: ProvisioningContext): Promise<void> {
    void tenant;
  }

  /** Removes the data of a tenant that is deleted. */
  async remove({ tenant }: ProvisioningContext): Promise<void> {
    void tenant;
  }
}
`;
}
