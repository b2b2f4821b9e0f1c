import type { ClientFactoryContext, Tenant } from '@tenantry/core';
import { secretFields } from '@tenantry/secrets';
import type { TenantSecrets } from '@tenantry/secrets';
import type { Settings } from '../settings/settings.js';
import { CloudClient } from './cloud-client.js';

/** Name of the client kind: `@InjectTenantClient(CLOUD_CLIENT)`. */
export const CLOUD_CLIENT = 'cloud';

/** How the registry makes a tenant's cloud client, and how it closes it. */
export interface CloudClientFactory {
  readonly create: (tenant: Tenant, context: ClientFactoryContext<unknown>) => Promise<CloudClient>;
  readonly dispose: (client: CloudClient) => Promise<void>;
}

/**
 * Makes cloud clients with each tenant's own credentials. No request is sent: the client fetches its token at its first call.
 *
 * @param monotonicNow milliseconds that never go back
 */
export function cloudClientFactory(
  settings: Settings,
  secrets: TenantSecrets,
  monotonicNow: () => number,
): CloudClientFactory {
  return {
    create: async ({ id }, { signal }) => {
      const account = secretFields(id, await secrets.read(id, { signal }), ['client_id', 'client_secret']);
      return new CloudClient({
        clientId: account.client_id,
        clientSecret: account.client_secret,
        ...(settings.cloudTokenUrl === undefined ? {} : { tokenUrl: settings.cloudTokenUrl }),
        baseUrl: settings.cloudApiUrl,
        allowInsecureHttp: settings.cloudAllowInsecureHttp,
        clock: monotonicNow,
      });
    },
    dispose: (client) => client.close(),
  };
}
