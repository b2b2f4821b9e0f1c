import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';
import { contentName, CredentialsCipher, isEncrypted } from './credentials-cipher.js';

/** A tenant's own OAuth2 client at the cloud. */
export interface CloudAccount {
  readonly clientId: string;
  /** Never leaves the server, except to the cloud's token endpoint. */
  readonly clientSecret: string;
}

/** A cloud account as it is now. */
export interface CurrentCloudAccount extends CloudAccount {
  /** Changes with the account, and not with the key that encrypts it. */
  readonly version: string;
}

/**
 * The cloud accounts of tenants, their secrets encrypted. Its methods name the tenant, because factories and jobs run in no
 * tenant's context.
 */
@Injectable()
export class CloudAccountRepository {
  readonly #database: TenantDatabase;
  readonly #cipher: CredentialsCipher;

  constructor(database: TenantDatabase, cipher: CredentialsCipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /**
   * Finds the account of a tenant; `null` = it has none. A secret from before secrets were encrypted is encrypted now.
   *
   * @throws `CredentialsUnreadableError`
   */
  async findOf(tenantId: string): Promise<CurrentCloudAccount | null> {
    const row = await this.#rowOf(tenantId);
    if (row === null) return null;
    const { clientId, clientSecret: stored } = row;
    const encrypted = isEncrypted(stored) ? stored : await this.#renew(tenantId, stored);
    const clientSecret = this.#cipher.decrypt(tenantId, encrypted);
    return { clientId, clientSecret, version: contentName(clientId, encrypted) };
  }

  /** Gives a tenant an account; one that it has already stays, and the answer is `false`. */
  async addTo(tenantId: string, { clientId, clientSecret }: CloudAccount): Promise<boolean> {
    const text = 'insert into cloud_accounts (client_id, client_secret) values ($1, $2) on conflict do nothing';
    const encrypted = this.#cipher.encrypt(tenantId, clientSecret);
    const { rowCount } = await this.#database.forTenant(tenantId).query(text, [clientId, encrypted]);
    return rowCount > 0;
  }

  /** Deletes the account of a tenant. */
  async removeOf(tenantId: string): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from cloud_accounts', []);
  }

  /** Encrypts the secret of a tenant with the current key. @returns whether it was not yet. @throws `CredentialsUnreadableError` */
  async useCurrentKey(tenantId: string): Promise<boolean> {
    const row = await this.#rowOf(tenantId);
    if (row === null || this.#cipher.isCurrent(row.clientSecret)) return false;
    await this.#renew(tenantId, row.clientSecret);
    return true;
  }

  /** Puts a stored secret under the current key, unless it was changed meanwhile. @returns it as it is stored then */
  async #renew(tenantId: string, stored: string): Promise<string> {
    const cipher = this.#cipher;
    const encrypted = isEncrypted(stored) ? cipher.rewrap(tenantId, stored) : cipher.encrypt(tenantId, stored);
    const text = 'update cloud_accounts set client_secret = $1 where client_secret = $2';
    const { rowCount } = await this.#database.forTenant(tenantId).query(text, [encrypted, stored]);
    return rowCount > 0 ? encrypted : ((await this.#rowOf(tenantId))?.clientSecret ?? encrypted);
  }

  async #rowOf(tenantId: string): Promise<CloudAccount | null> {
    const text = 'select client_id as "clientId", client_secret as "clientSecret" from cloud_accounts';
    const { rows } = await this.#database.forTenant(tenantId).query<CloudAccount>(text);
    return rows[0] ?? null;
  }
}
