import type { TenantId } from '@tenantry/core';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { SecretDeniedError } from '../port/secrets.errors.js';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';
import { currentVersionOf, secretOf } from './vault-answers.js';
import { VaultApi } from './vault-api.js';
import type { VaultOperation } from './vault-events.js';
import { VaultHttp } from './vault-http.js';
import type { VaultAnswer, VaultRequest } from './vault-http.js';
import { resolveVaultOptions } from './vault-options.js';
import type { ResolvedVaultOptions, VaultSecretsOptions } from './vault-options.js';
import { vaultPath } from './vault-path.js';
import { VaultSession } from './vault-session.js';

/**
 * Credentials in the KV engine, version 2, of Vault or OpenBao, read with one AppRole login that all tenants share. Nothing
 * is sent before the first read. Certificates are checked as Node does; `NODE_EXTRA_CA_CERTS` adds an authority.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function vaultSecrets(options: VaultSecretsOptions): ObservedSecrets {
  const resolved = resolveVaultOptions(options);
  return new ObservedSecrets((observed) => new VaultSecrets(resolved, observed));
}

class VaultSecrets implements TenantSecrets {
  readonly #options: ResolvedVaultOptions;
  readonly #http: VaultHttp;
  readonly #api: VaultApi;
  readonly #session: VaultSession;
  #mayReadMetadata = true;

  /** @param observed the object that the application holds; events name it */
  constructor(options: ResolvedVaultOptions, observed: ObservedSecrets) {
    this.#options = options;
    this.#http = new VaultHttp(options);
    this.#api = new VaultApi(this.#http, options, observed);
    this.#session = new VaultSession(this.#api, options, observed);
  }

  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    return secretOf(tenantId, await this.#get('read', tenantId, signal));
  }

  /** From metadata, until the policy turns out to allow the data alone. */
  async version(tenantId: TenantId, options: SecretCallOptions): Promise<string> {
    try {
      if (this.#mayReadMetadata)
        return currentVersionOf(tenantId, await this.#get('version', tenantId, options.signal));
    } catch (error) {
      if (!(error instanceof SecretDeniedError)) throw error;
    }
    const { version } = await this.read(tenantId, options);
    this.#mayReadMetadata = false;
    return version;
  }

  async close(): Promise<void> {
    this.#session.close();
    this.#http.close();
  }

  async #get(operation: 'read' | 'version', tenantId: TenantId, signal: AbortSignal): Promise<VaultAnswer> {
    const { kvMount, namespace, path } = this.#options;
    const folder = operation === 'read' ? 'data' : 'metadata';
    const secretPath = vaultPath('vaultSecrets.path', path(tenantId));
    return this.#authorized(
      operation,
      { method: 'GET', path: `${kvMount}/${folder}/${secretPath}`, namespace },
      signal,
    );
  }

  /** A 403 is final when the token is alive; otherwise the request is sent once more, with another token. */
  async #authorized(operation: VaultOperation, request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    const token = await this.#session.token(signal);
    const answer = await this.#api.send(operation, { ...request, token: token.value }, signal);
    if (answer.status !== 403) return answer;
    const other = await this.#session.replacement(token, signal);
    return other === null ? answer : this.#api.send(operation, { ...request, token: other.value }, signal);
  }
}
