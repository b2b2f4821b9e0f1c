import { randomUUID } from 'node:crypto';

/** The server of `BAO_ADDR`, and a token that may set it up. */
export interface RealVaultAccess {
  readonly address: string;
  readonly token: string;
}

/**
 * A real OpenBao or Vault, set up for the contract suite over its own API: a KV engine, an AppRole and a policy under names of this run, which
 * {@link close} removes.
 */
export class RealVault {
  readonly kvMount: string;
  readonly rolePath: string;
  roleId = '';
  secretId = '';
  readonly #access: RealVaultAccess;
  readonly #name = `tenantry-${randomUUID().slice(0, 8)}`;

  private constructor(access: RealVaultAccess) {
    this.#access = access;
    this.kvMount = `${this.#name}-kv`;
    this.rolePath = `${this.#name}-approle`;
  }

  static async start(access: RealVaultAccess): Promise<RealVault> {
    const vault = new RealVault(access);
    await vault.#setUp();
    return vault;
  }

  get options() {
    const { kvMount, rolePath, roleId } = this;
    return { address: this.#access.address, kvMount, rolePath, roleId };
  }

  async write(path: string, data: object): Promise<void> {
    await this.#call('POST', `${this.kvMount}/data/${encodeURI(path)}`, { data });
  }

  async deleteLatest(path: string): Promise<void> {
    await this.#call('DELETE', `${this.kvMount}/data/${path}`);
  }

  /** Revokes every token of the role. */
  async revokeTokens(): Promise<void> {
    await this.#call('PUT', `sys/leases/revoke-prefix/auth/${this.rolePath}/login`, {});
  }

  async newSecretId(): Promise<string> {
    const answer = await this.#call('POST', `auth/${this.rolePath}/role/service/secret-id`, {});
    return (answer as { data: { secret_id: string } }).data.secret_id;
  }

  async close(): Promise<void> {
    await this.#call('DELETE', `sys/mounts/${this.kvMount}`);
    await this.#call('DELETE', `sys/auth/${this.rolePath}`);
    await this.#call('DELETE', `sys/policies/acl/${this.#name}`);
  }

  async #setUp(): Promise<void> {
    const policy = ['data', 'metadata']
      .map((kind) => `path "${this.kvMount}/${kind}/tenants/*" { capabilities = ["read"] }`)
      .join('\n');
    await this.#call('POST', `sys/mounts/${this.kvMount}`, { type: 'kv', options: { version: '2' } });
    await this.#call('PUT', `sys/policies/acl/${this.#name}`, { policy });
    await this.#call('POST', `sys/auth/${this.rolePath}`, { type: 'approle' });
    const role = { token_policies: [this.#name], token_ttl: '1h', token_max_ttl: '4h' };
    await this.#call('POST', `auth/${this.rolePath}/role/service`, role);
    const answer = await this.#call('GET', `auth/${this.rolePath}/role/service/role-id`);
    this.roleId = (answer as { data: { role_id: string } }).data.role_id;
    this.secretId = await this.newSecretId();
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#access.address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': this.#access.token, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
