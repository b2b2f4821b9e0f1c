import type { Clock, TenantId } from '@tenantry/core';
import {
  observedSecrets,
  Secret,
  SecretInvalidError,
  SecretMissingError,
  SecretsUnavailableError,
  vaultSecrets,
} from '@tenantry/secrets';
import type { ObservedSecrets, SecretVersion } from '@tenantry/secrets';
import { isOutage } from '../database/outage.js';
import type { Settings } from '../settings/settings.js';
import type { CloudAccountRepository } from './cloud-account.repository.js';
import { CredentialsUnreadableError } from './credentials-cipher.js';

/** Injection token of the tenants' credentials at the cloud, wherever they are. */
export const CLOUD_SECRETS = Symbol('cloud secrets');

/** The credentials of tenants: in Vault where the settings name one, each at the path of its tenant's id; else in the database. */
export function cloudSecrets({ vault }: Settings, accounts: CloudAccountRepository, clock: Clock): ObservedSecrets {
  if (vault === undefined) return databaseSecrets(accounts);
  const { roleSecret, ...rest } = vault;
  return vaultSecrets({ ...rest, secretId: new Secret(roleSecret), path: (tenantId) => tenantId, clock });
}

function databaseSecrets(accounts: CloudAccountRepository): ObservedSecrets {
  return observedSecrets({
    read: (tenantId) => readAccount(accounts, tenantId),
    close: async () => undefined,
  });
}

async function readAccount(accounts: CloudAccountRepository, tenantId: TenantId): Promise<SecretVersion> {
  const account = await accounts.findOf(tenantId).catch((error: unknown) => {
    if (error instanceof CredentialsUnreadableError) throw new SecretInvalidError(tenantId, unreadable(error));
    if (isOutage(error)) throw new SecretsUnavailableError('the database is down', { tenantId });
    throw error;
  });
  if (account === null) throw new SecretMissingError(tenantId, 'Add a cloud account, then try again.');
  const { clientId, clientSecret, version } = account;
  return { version, value: new Secret({ client_id: clientId, client_secret: clientSecret }) };
}

function unreadable({ message }: CredentialsUnreadableError): string {
  return `cannot be decrypted: ${message.replace(/\.$/, '')}`;
}
