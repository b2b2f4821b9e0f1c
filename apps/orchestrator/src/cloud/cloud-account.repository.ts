import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';

/** A tenant's own OAuth2 client at the cloud. */
export interface CloudAccount {
  readonly clientId: string;
  /** Never leaves the server, except to the cloud's token endpoint. */
  readonly clientSecret: string;
}

/** The cloud accounts of tenants. Its methods name the tenant, because factories and jobs run in no tenant's context. */
@Injectable()
export class CloudAccountRepository {
  readonly #database: TenantDatabase;

  constructor(database: TenantDatabase) {
    this.#database = database;
  }

  /** Finds the account of a tenant; `null` = it has none. */
  async findOf(tenantId: string): Promise<CloudAccount | null> {
    const text = 'select client_id as "clientId", client_secret as "clientSecret" from cloud_accounts';
    const { rows } = await this.#database.forTenant(tenantId).query<CloudAccount>(text);
    return rows[0] ?? null;
  }

  /** Gives a tenant an account; one that it has already stays, and the answer is `false`. */
  async addTo(tenantId: string, { clientId, clientSecret }: CloudAccount): Promise<boolean> {
    const text = 'insert into cloud_accounts (client_id, client_secret) values ($1, $2) on conflict do nothing';
    const { rowCount } = await this.#database.forTenant(tenantId).query(text, [clientId, clientSecret]);
    return rowCount > 0;
  }

  /** Forgets the account of a tenant. */
  async removeOf(tenantId: string): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from cloud_accounts', []);
  }
}
