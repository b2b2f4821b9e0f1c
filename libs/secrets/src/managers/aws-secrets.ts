import type { TenantId } from '@tenantry/core';
import { functionOption, methodsOption, objectOption } from '@tenantry/core/spi';
import { parseSecret } from '../port/json-secret.js';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { SecretInvalidError } from '../port/secrets.errors.js';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';
import { managerCall, managerError } from './manager-failure.js';
import type { ManagerFailure } from './manager-failure.js';

/** The one method that is called: of `SecretsManager` from `@aws-sdk/client-secrets-manager`. */
export interface AwsSecretsClient {
  getSecretValue(
    input: { SecretId: string },
    options: { abortSignal: AbortSignal },
  ): Promise<{ SecretString?: string | undefined; VersionId?: string | undefined }>;
}

/** Options of {@link awsSecrets}. */
export interface AwsSecretsOptions {
  /** Yours: it is not closed here. */
  readonly client: AwsSecretsClient;
  /** Name or ARN of a tenant's secret. Its text is a JSON object. */
  readonly secretId: (tenantId: TenantId) => string;
}

const FAILURES: ReadonlyMap<unknown, ManagerFailure> = new Map([
  ['ResourceNotFoundException', 'missing'],
  ['InvalidRequestException', 'missing'],
  ['AccessDeniedException', 'denied'],
  ['DecryptionFailure', 'denied'],
  ['UnrecognizedClientException', 'login-refused'],
  ['InvalidSignatureException', 'login-refused'],
  ['ExpiredTokenException', 'login-refused'],
  ['CredentialsProviderError', 'login-refused'],
]);

/**
 * Credentials in AWS Secrets Manager.
 *
 * @throws `MT_OPTIONS_INVALID`
 * @example
 * awsSecrets({ client: new SecretsManager({}), secretId: (tenantId) => `tenants/${tenantId}` });
 */
export function awsSecrets(options: AwsSecretsOptions): ObservedSecrets {
  const { client, secretId } = objectOption('awsSecrets', options);
  methodsOption('awsSecrets.client', client, ['getSecretValue']);
  functionOption('awsSecrets.secretId', secretId, 'a function (tenantId) => name');
  return new ObservedSecrets(new AwsSecrets(client, secretId));
}

class AwsSecrets implements TenantSecrets {
  readonly #client: AwsSecretsClient;
  readonly #secretId: (tenantId: TenantId) => string;

  constructor(client: AwsSecretsClient, secretId: (tenantId: TenantId) => string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    const input = { SecretId: this.#secretId(tenantId) };
    const answer = await managerCall(
      signal,
      () => this.#client.getSecretValue(input, { abortSignal: signal }),
      (error) => awsError(tenantId, error),
    );
    const { SecretString: text, VersionId: version } = answer;
    if (text === undefined || version === undefined) throw new SecretInvalidError(tenantId, 'are not a text');
    return { version, value: parseSecret(tenantId, text) };
  }

  async close(): Promise<void> {}
}

function awsError(tenantId: TenantId, error: object): Error {
  const { name } = error as { name?: unknown };
  return managerError(tenantId, FAILURES.get(name) ?? 'unavailable', 'AWS Secrets Manager', name);
}
