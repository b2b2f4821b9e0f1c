import { Injectable, Logger } from '@nestjs/common';
import {
  ArgumentInvalidError,
  CachedTenantCatalog,
  InjectTenantClientRegistry,
  isTenantId,
  TenantClientRegistry,
  TenantUnknownError,
} from '@tenantry/core';
import type { Tenant, TenantPage } from '@tenantry/core';
import { PostgresTenantCatalog, TenantDatabase } from '@tenantry/postgres';
import { PasswordHasher } from '../auth/password-hasher.js';
import { CloudAccountRepository } from '../cloud/cloud-account.repository.js';
import { CLOUD_CLIENT } from '../cloud/cloud-client.factory.js';
import type { CloudClient } from '../cloud/cloud-client.js';
import { TENANT_TABLES } from '../database/schema.js';
import { UserRepository } from '../users/user.repository.js';
import { validationFailed } from '../http/api-errors.js';
import { filterOf } from './admin-tenants.schemas.js';
import type { NewTenantRequest, TenantChangesRequest, TenantListRequest } from './admin-tenants.schemas.js';

/**
 * What the operator does to tenants. Reads go past the cache; after each change the cache forgets the tenant, so that
 * this node acts on it at once.
 */
@Injectable()
export class TenantAdministration {
  readonly #logger = new Logger(TenantAdministration.name);
  readonly #catalog: PostgresTenantCatalog;
  readonly #cache: CachedTenantCatalog;
  readonly #database: TenantDatabase;
  readonly #users: UserRepository;
  readonly #accounts: CloudAccountRepository;
  readonly #hasher: PasswordHasher;
  readonly #clients: TenantClientRegistry<CloudClient>;

  constructor(
    catalog: PostgresTenantCatalog,
    cache: CachedTenantCatalog,
    database: TenantDatabase,
    users: UserRepository,
    accounts: CloudAccountRepository,
    hasher: PasswordHasher,
    @InjectTenantClientRegistry(CLOUD_CLIENT) clients: TenantClientRegistry<CloudClient>,
  ) {
    this.#catalog = catalog;
    this.#cache = cache;
    this.#database = database;
    this.#users = users;
    this.#accounts = accounts;
    this.#hasher = hasher;
    this.#clients = clients;
  }

  /** Lists one page of tenants. @throws `VALIDATION_FAILED` for an `after` that is not the `next` of a page, `MT_CATALOG_UNAVAILABLE` */
  async list(query: TenantListRequest): Promise<TenantPage> {
    const { limit, after } = query;
    const page = { limit, filter: filterOf(query), ...(after === undefined ? {} : { after }) };
    return this.#catalog.list(page).catch((error: unknown) => {
      if (!(error instanceof ArgumentInvalidError)) throw error;
      throw validationFailed([{ field: error.argument, message: 'the `next` of a page, as it came' }]);
    });
  }

  /** Gives one tenant. @throws `MT_TENANT_UNKNOWN`, `MT_CATALOG_UNAVAILABLE` */
  async get(id: string): Promise<Tenant> {
    const tenant = isTenantId(id) ? await this.#catalog.findById(id) : null;
    if (!tenant) throw new TenantUnknownError(id);
    return tenant;
  }

  /**
   * Creates a tenant with its first user and its cloud account. It is served once all of that is there; when something
   * fails on the way it stays in `provisioning`, and can be deleted.
   *
   * @throws `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID`, `MT_CATALOG_UNAVAILABLE`
   */
  async create({ admin, cloudAccount, name, plan, ...request }: NewTenantRequest): Promise<Tenant> {
    const passwordHash = await this.#hasher.hash(admin.password);
    const tenant = await this.#catalog.create({
      ...request,
      ...(name === undefined ? {} : { name }),
      ...(plan === undefined ? {} : { plan }),
      status: 'provisioning',
    });
    await this.#users.addTo(tenant.id, { name: admin.username, passwordHash, roles: ['admin'] });
    await this.#accounts.addTo(tenant.id, cloudAccount);
    return this.#changed(tenant, await this.#catalog.activate(tenant.id));
  }

  /** Changes and renames a tenant. @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID`, `MT_TENANT_STALE` */
  async change(id: string, { domain, name, plan, aliases }: TenantChangesRequest): Promise<Tenant> {
    const before = await this.get(id);
    let after = before;
    if (domain !== undefined && domain !== before.domain) after = await this.#catalog.rename(before.id, domain);
    this.#changed(before, after);
    if (name === undefined && plan === undefined && aliases === undefined) return after;
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(plan === undefined ? {} : { plan }),
      ...(aliases === undefined ? {} : { aliases }),
    };
    return this.#changed(after, await this.#catalog.update(before.id, changes));
  }

  /** Shuts a tenant out and closes its cloud client. @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_TRANSITION_REFUSED` */
  async suspend(id: string): Promise<Tenant> {
    const before = await this.get(id);
    const after = this.#changed(before, await this.#catalog.suspend(before.id));
    this.#closeClient(before);
    return after;
  }

  /** Serves a tenant again. @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_TRANSITION_REFUSED` */
  async activate(id: string): Promise<Tenant> {
    const before = await this.get(id);
    return this.#changed(before, await this.#catalog.activate(before.id));
  }

  /**
   * Deletes a tenant and everything that it owns here. Its id stays taken for ever. When it fails on the way, call it
   * again: the tenant is shut out until then.
   *
   * @throws `MT_TENANT_UNKNOWN`, `MT_CATALOG_UNAVAILABLE`
   */
  async delete(id: string): Promise<void> {
    const before = await this.get(id);
    if (before.status === 'active') await this.suspend(before.id);
    this.#closeClient(before);
    await this.#database.forTenant(before.id).transaction(async (session) => {
      for (const table of TENANT_TABLES) await session.query(`delete from ${table}`);
    });
    await this.#catalog.delete(before.id);
    this.#cache.invalidate(before);
  }

  /** Detaches the client at once; requests that still have it on loan may finish, and nobody waits for them here. */
  #closeClient({ id }: Tenant): void {
    this.#clients.evict(id).catch((error: unknown) => this.#logger.error(error));
  }

  #changed(before: Tenant, after: Tenant): Tenant {
    this.#cache.invalidate(before);
    this.#cache.invalidate(after);
    return after;
  }
}
