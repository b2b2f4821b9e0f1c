import type { INestApplication } from '@nestjs/common';
import { createCloudApi } from '@tenantry/cloud-api';
import type { CloudApiClient } from '@tenantry/cloud-api';
import { getTenantClientRegistryToken } from '@tenantry/core';
import type { TenantClientRegistry, TenantId, TenantPage } from '@tenantry/core';
import { secretFields, SecretMissingError } from '@tenantry/secrets';
import type { ObservedSecrets } from '@tenantry/secrets';
import { PostgresTenantCatalog } from '@tenantry/postgres';
import type { CloudAccount } from '../cloud/cloud-account.repository.js';
import { CLOUD_CLIENT } from '../cloud/cloud-client.factory.js';
import { CLOUD_SECRETS } from '../cloud/cloud-secrets.js';
import type { CloudClient } from '../cloud/cloud-client.js';
import type { Settings } from '../settings/settings.js';
import { DEMO_TENANTS } from './demo-data.js';

const READ_TIMEOUT_MS = 10_000;

/**
 * Runs the demo cloud in this process, on this machine only, for every tenant that has an account. It keeps its servers in
 * memory, so the demo's are made at each start.
 *
 * @param app the orchestrator, initialised
 */
export async function startDemoCloud(app: INestApplication, { cloudApiPort, seedDemo }: Settings): Promise<void> {
  const clients = await cloudClientsOf(app);
  if (clients.length === 0) return;
  const cloud = await createCloudApi({ clients });
  await cloud.listen(cloudApiPort, '127.0.0.1');
  if (seedDemo) await seedServers(app, new Set(clients.map(({ account }) => account)));
}

/** The accounts of all tenants; of two that share a client id, the first one's. */
async function cloudClientsOf(app: INestApplication): Promise<CloudApiClient[]> {
  const secrets = app.get<ObservedSecrets>(CLOUD_SECRETS, { strict: false });
  const clients = new Map<string, CloudApiClient>();
  for await (const id of tenantIds(app.get(PostgresTenantCatalog, { strict: false }))) {
    const account = await accountOf(secrets, id);
    if (account && !clients.has(account.clientId)) clients.set(account.clientId, { ...account, account: id });
  }
  return [...clients.values()];
}

/** `null`: the tenant has no account. */
async function accountOf(secrets: ObservedSecrets, id: TenantId): Promise<CloudAccount | null> {
  try {
    const found = await secrets.read(id, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    const { client_id: clientId, client_secret: clientSecret } = secretFields(id, found, [
      'client_id',
      'client_secret',
    ]);
    return { clientId, clientSecret };
  } catch (error) {
    if (error instanceof SecretMissingError) return null;
    throw error;
  }
}

async function* tenantIds(catalog: PostgresTenantCatalog): AsyncGenerator<TenantId> {
  let after: string | null = null;
  do {
    const { items, next }: TenantPage = await catalog.list(after === null ? {} : { after });
    for (const { id } of items) yield id;
    after = next;
  } while (after !== null);
}

async function seedServers(app: INestApplication, accounts: ReadonlySet<string>): Promise<void> {
  const registry: TenantClientRegistry<CloudClient> = app.get(getTenantClientRegistryToken(CLOUD_CLIENT), {
    strict: false,
  });
  const catalog = app.get(PostgresTenantCatalog, { strict: false });
  for (const { id, servers } of DEMO_TENANTS) {
    if (!accounts.has(id) || (await catalog.findById(id))?.status !== 'active') continue;
    await registry.use(id, async (cloud) => {
      for (const name of servers) await cloud.createServer({ name });
    });
  }
}
