import type { TenantId } from '@tenantry/core';
import { functionOption, methodsOption, objectOption } from '@tenantry/core/spi';
import { parseSecret } from '../port/json-secret.js';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { SecretInvalidError } from '../port/secrets.errors.js';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';
import { managerCall, managerError } from './manager-failure.js';
import type { ManagerFailure } from './manager-failure.js';

/** What is read of an answer. */
export interface AzureSecret {
  readonly value?: string | undefined;
  readonly properties: { readonly version?: string | undefined; readonly expiresOn?: Date | undefined };
}

/** The one method that is called: of `SecretClient` from `@azure/keyvault-secrets`. */
export interface AzureSecretsClient {
  getSecret(name: string, options: { abortSignal: AbortSignal }): Promise<AzureSecret>;
}

/** Options of {@link azureSecrets}. */
export interface AzureSecretsOptions {
  /** Yours: it is not closed here. */
  readonly client: AzureSecretsClient;
  /** Name of a tenant's secret: letters, digits and hyphens, another one for each tenant. Its text is a JSON object. */
  readonly name: (tenantId: TenantId) => string;
}

/** By status. */
const FAILURES: ReadonlyMap<unknown, ManagerFailure> = new Map([
  [404, 'missing'],
  [403, 'denied'],
  [401, 'login-refused'],
]);

/**
 * Credentials in Azure Key Vault.
 *
 * @throws `MT_OPTIONS_INVALID`
 * @example
 * azureSecrets({ client: new SecretClient(url, new DefaultAzureCredential()), name: (tenantId) => `tenant-${tenantId}` });
 */
export function azureSecrets(options: AzureSecretsOptions): ObservedSecrets {
  const { client, name } = objectOption('azureSecrets', options);
  methodsOption('azureSecrets.client', client, ['getSecret']);
  functionOption('azureSecrets.name', name, 'a function (tenantId) => name');
  return new ObservedSecrets(new AzureSecrets(client, name));
}

class AzureSecrets implements TenantSecrets {
  readonly #client: AzureSecretsClient;
  readonly #name: (tenantId: TenantId) => string;

  constructor(client: AzureSecretsClient, name: (tenantId: TenantId) => string) {
    this.#client = client;
    this.#name = name;
  }

  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    const name = this.#name(tenantId);
    const { value, properties } = await managerCall(
      signal,
      () => this.#client.getSecret(name, { abortSignal: signal }),
      (error) => azureError(tenantId, error),
    );
    if (value === undefined || !properties.version) throw new SecretInvalidError(tenantId, 'are empty');
    const { version, expiresOn } = properties;
    return { version, value: parseSecret(tenantId, value), ...(expiresOn && { expiresAt: expiresOn.getTime() }) };
  }

  async close(): Promise<void> {}
}

function azureError(tenantId: TenantId, error: object): Error {
  const { statusCode } = error as { statusCode?: unknown };
  return managerError(tenantId, FAILURES.get(statusCode) ?? 'unavailable', 'Azure Key Vault', statusCode);
}
