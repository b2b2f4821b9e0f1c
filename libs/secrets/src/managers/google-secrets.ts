import type { TenantId } from '@tenantry/core';
import { functionOption, methodsOption, objectOption } from '@tenantry/core/spi';
import { parseSecret } from '../port/json-secret.js';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { SecretInvalidError } from '../port/secrets.errors.js';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';
import { untilAborted } from '../port/until-aborted.js';
import { managerCall, managerError } from './manager-failure.js';
import type { ManagerFailure } from './manager-failure.js';

/** What is read of an answer. */
export interface GoogleSecretVersion {
  readonly name?: string | null | undefined;
  readonly payload?: { readonly data?: Uint8Array | string | null | undefined } | null | undefined;
}

/** The one method that is called: of `SecretManagerServiceClient` from `@google-cloud/secret-manager`. */
export interface GoogleSecretsClient {
  accessSecretVersion(request: { name: string }): Promise<readonly [GoogleSecretVersion, ...unknown[]]>;
}

/** Options of {@link googleSecrets}. */
export interface GoogleSecretsOptions {
  /** Yours: it is not closed here. */
  readonly client: GoogleSecretsClient;
  /** Resource name of a version of a tenant's secret, such as `projects/p/secrets/foo/versions/latest`. Its text is a JSON object. */
  readonly name: (tenantId: TenantId) => string;
}

/** By the status codes of gRPC. */
const FAILURES: ReadonlyMap<unknown, ManagerFailure> = new Map([
  [5, 'missing'],
  [9, 'missing'],
  [7, 'denied'],
  [16, 'login-refused'],
]);

/**
 * Credentials in Google Secret Manager.
 *
 * @throws `MT_OPTIONS_INVALID`
 * @example
 * googleSecrets({ client: new SecretManagerServiceClient(), name: (tenantId) => `projects/p/secrets/${tenantId}/versions/latest` });
 */
export function googleSecrets(options: GoogleSecretsOptions): ObservedSecrets {
  const { client, name } = objectOption('googleSecrets', options);
  methodsOption('googleSecrets.client', client, ['accessSecretVersion']);
  functionOption('googleSecrets.name', name, 'a function (tenantId) => name');
  return new ObservedSecrets(new GoogleSecrets(client, name));
}

class GoogleSecrets implements TenantSecrets {
  readonly #client: GoogleSecretsClient;
  readonly #name: (tenantId: TenantId) => string;

  constructor(client: GoogleSecretsClient, name: (tenantId: TenantId) => string) {
    this.#client = client;
    this.#name = name;
  }

  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    const request = { name: this.#name(tenantId) };
    const [{ name, payload }] = await managerCall(
      signal,
      () => untilAborted(signal, this.#client.accessSecretVersion(request)),
      (error) => googleError(tenantId, error),
    );
    const data = payload?.data;
    if (data == null || !name) throw new SecretInvalidError(tenantId, 'are empty');
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
    return { version: name.slice(name.lastIndexOf('/') + 1), value: parseSecret(tenantId, text) };
  }

  async close(): Promise<void> {}
}

function googleError(tenantId: TenantId, error: object): Error {
  const { code } = error as { code?: unknown };
  return managerError(tenantId, FAILURES.get(code) ?? 'unavailable', 'Google Secret Manager', code);
}
