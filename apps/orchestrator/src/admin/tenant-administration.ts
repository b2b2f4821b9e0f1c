import { Inject, Injectable } from '@nestjs/common';
import { ArgumentInvalidError, isTenantId, TenantUnknownError } from '@tenantry/core';
import { TenantLifecycle } from '@tenantry/lifecycle';
import type { NewTenant, Tenant, TenantPage } from '@tenantry/core';
import { PostgresTenantCatalog } from '@tenantry/postgres';
import { PasswordHasher } from '@tenantry/identity';
import { validationFailed } from '../http/api-errors.js';
import { defined } from '../http/defined.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';
import { filterOf } from './admin-tenants.schemas.js';
import type { NewTenantRequest, TenantChangesRequest, TenantListRequest } from './admin-tenants.schemas.js';

const MINUTE_MS = 60_000;

/**
 * What the operator does to tenants. Each change is an operation of `TenantLifecycle`: it survives crashes, and holds on every
 * node. Reads go past the cache.
 */
@Injectable()
export class TenantAdministration {
  readonly #catalog: PostgresTenantCatalog;
  readonly #lifecycle: TenantLifecycle;
  readonly #hasher: PasswordHasher;
  readonly #settings: Settings;

  constructor(
    catalog: PostgresTenantCatalog,
    lifecycle: TenantLifecycle,
    hasher: PasswordHasher,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#settings = settings;
    this.#catalog = catalog;
    this.#lifecycle = lifecycle;
    this.#hasher = hasher;
  }

  /** Lists one page of tenants. @throws `VALIDATION_FAILED` for an `after` that is not the `next` of a page, `MT_CATALOG_UNAVAILABLE` */
  async list(query: TenantListRequest): Promise<TenantPage> {
    const { limit, after, sort } = query;
    const page = { limit, filter: filterOf(query), ...defined({ after, sort }) };
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
   * Creates a tenant with its first user and its cloud account. It is served once all of that is there; when that fails,
   * what was done is taken back.
   *
   * @param requestKey the same key gives the same tenant; absent = each call is another request
   * @throws `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID`, `MT_REQUEST_KEY_REUSED`, `MT_OPERATION_FAILED`, `MT_CATALOG_UNAVAILABLE`
   */
  async create(request: NewTenantRequest, requestKey?: string): Promise<Tenant> {
    const { admin, cloudAccount, ...given } = request;
    if (cloudAccount === undefined && this.#settings.vault === undefined) {
      throw validationFailed([{ field: 'cloudAccount', message: 'the account of the tenant at the cloud' }]);
    }
    const record = defined(given) as Omit<NewTenant, 'status'>;
    const input = new NewTenantInput(admin.username, await this.#hasher.hash(admin.password), cloudAccount);
    const { tenant } = await this.#lifecycle.create(record, { input, ...defined({ requestKey }) });
    return tenant;
  }

  /**
   * Changes a tenant, its domain among them, in one write.
   *
   * @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID`, `MT_TENANT_STALE`, `MT_TENANT_OPERATION_RUNNING`,
   *   `MT_TENANT_TRANSITION_REFUSED`, `MT_CATALOG_UNAVAILABLE`
   */
  async change(id: string, { generation, ...changes }: TenantChangesRequest): Promise<Tenant> {
    const expected = defined({ expectedGeneration: generation });
    return (await this.#lifecycle.update(id, defined(changes), expected)).tenant;
  }

  /** Suspends a tenant and closes its clients. Errors as {@link change}. */
  async suspend(id: string): Promise<Tenant> {
    return (await this.#lifecycle.suspend(id)).tenant;
  }

  /** Serves a tenant again. Errors as {@link change}. */
  async activate(id: string): Promise<Tenant> {
    return (await this.#lifecycle.activate(id)).tenant;
  }

  /**
   * Deletes a tenant and everything that it owns here. Its id stays taken indefinitely. Errors as {@link change}, and
   * `MT_OPERATION_FAILED`: then the tenant is blocked, and the operation can be resumed.
   *
   * @param graceMinutes how long {@link undelete} works; the tenant is blocked during that time. Default 0
   */
  async delete(id: string, graceMinutes = 0): Promise<void> {
    await this.#lifecycle.delete(id, { gracePeriodMs: graceMinutes * MINUTE_MS });
  }

  /** Takes a deletion back in its grace period. @throws `MT_TENANT_UNDO_REFUSED`, `MT_CATALOG_UNAVAILABLE` */
  async undelete(id: string): Promise<Tenant> {
    return (await this.#lifecycle.undoDelete(id)).tenant;
  }
}
