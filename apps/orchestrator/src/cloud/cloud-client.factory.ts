import type { Tenant } from '@tenantry/core';
import type { Settings } from '../settings/settings.js';
import type { CloudAccountRepository } from './cloud-account.repository.js';
import { CloudClient } from './cloud-client.js';

/** Name of the client kind: `@InjectTenantClient(CLOUD_CLIENT)`. */
export const CLOUD_CLIENT = 'cloud';

/** How the registry makes a tenant's cloud client, and how it closes it. */
export interface CloudClientFactory {
  readonly create: (tenant: Tenant) => Promise<CloudClient>;
  readonly dispose: (client: CloudClient) => Promise<void>;
}

/**
 * Makes cloud clients with each tenant's own credentials. No request is sent: the client fetches its token at its first call.
 *
 * @param monotonicNow milliseconds that never go back
 */
export function cloudClientFactory(
  settings: Settings,
  accounts: CloudAccountRepository,
  monotonicNow: () => number,
): CloudClientFactory {
  return {
    create: async (tenant) => {
      const account = await accounts.findOf(tenant.id);
      if (!account) throw new Error(`Tenant ${tenant.id} has no cloud account. Add one, then try again.`);
      return new CloudClient({
        ...account,
        baseUrl: settings.cloudApiUrl,
        allowInsecureHttp: settings.cloudAllowInsecureHttp,
        clock: monotonicNow,
      });
    },
    dispose: (client) => client.close(),
  };
}
