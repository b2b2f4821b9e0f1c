import type { TenantPage } from '@tenantry/core';
import { PostgresTenantCatalog } from '@tenantry/postgres';
import { CloudAccountRepository } from '../cloud/cloud-account.repository.js';
import type { CliIo } from './cli-io.js';
import { assertCredentialsKey, withApplication } from './with-provider.js';

/**
 * `rotate-key`: encrypts the cloud secrets of all tenants with the key of CREDENTIALS_KEY; those that are already, stay as they are. Can be
 * run again, also while the application runs.
 */
export async function rotateKey({ env, out }: CliIo): Promise<void> {
  assertCredentialsKey(env);
  await withApplication(env, async (app) => {
    const accounts = app.get(CloudAccountRepository, { strict: false });
    let [renewed, tenants] = [0, 0];
    for await (const id of tenantIds(app.get(PostgresTenantCatalog, { strict: false }))) {
      tenants += 1;
      if (await accounts.useCurrentKey(id)) renewed += 1;
    }
    out(
      `Encrypted with the current key: ${renewed} of ${tenants} tenants; the others were already, or have no secret here.`,
    );
  });
}

async function* tenantIds(catalog: PostgresTenantCatalog): AsyncGenerator<string> {
  let after: string | null = null;
  do {
    const { items, next }: TenantPage = await catalog.list(after === null ? {} : { after });
    for (const { id } of items) yield id;
    after = next;
  } while (after !== null);
}
