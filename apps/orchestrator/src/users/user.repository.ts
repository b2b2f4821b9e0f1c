import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';
import type { User } from './user.js';

/** Name of the super tenant's first user. */
export const SUPER_ADMIN = 'admin';

/** A user to add. */
export interface NewUser {
  /** In lower case. */
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly string[];
}

/** The users of a tenant. */
@Injectable()
export class UserRepository {
  readonly #database: TenantDatabase;

  constructor(database: TenantDatabase) {
    this.#database = database;
  }

  /** Finds a user of the current tenant by name; `null` = there is none. */
  async findByName(name: string): Promise<User | null> {
    const text = 'select id, name, password_hash as "passwordHash", roles from users where name = $1';
    const { rows } = await this.#database.query<User>(text, [name]);
    return rows[0] ?? null;
  }

  /**
   * Adds a user to a tenant that need not be the current one; for administration.
   *
   * @param tenantId id of the tenant
   * @returns `false` = there is a user of that name already, and nothing was written
   */
  async addTo(tenantId: string, { name, passwordHash, roles }: NewUser): Promise<boolean> {
    const text = 'insert into users (name, password_hash, roles) values ($1, $2, $3) on conflict do nothing';
    const { rowCount } = await this.#database.forTenant(tenantId).query(text, [name, passwordHash, roles]);
    return rowCount > 0;
  }

  /** Whether a tenant has any user; for administration. */
  async anyIn(tenantId: string): Promise<boolean> {
    const { rowCount } = await this.#database.forTenant(tenantId).query('select from users limit 1', []);
    return rowCount > 0;
  }

  /** Removes every user of a tenant; for administration. */
  async removeAllOf(tenantId: string): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from users', []);
  }
}
