import { ClsServiceManager } from 'nestjs-cls';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import type { Tenant } from '../tenant/tenant.js';
import { currentScope } from './scope-store.js';
import type { TenantScope } from './tenant-scope.js';

/**
 * One value per scope, made on first use and dropped with the scope: a DataLoader, a unit of work, a
 * cache that must not outlive its request. The holder itself is a plain singleton; no REQUEST scope is needed.
 */
export class PerTenantScope<T> {
  readonly #create: (tenant: Tenant) => T;
  readonly #values = new WeakMap<TenantScope, T>();

  /** @param create makes the value of a scope; called once per scope, inside it */
  constructor(create: (tenant: Tenant) => T) {
    this.#create = create;
  }

  /** The value of the running scope. @throws `MT_CONTEXT_MISSING` outside of any; what is wrong with its tenant */
  get(): T {
    const scope = currentScope(ClsServiceManager.getClsService());
    if (scope === undefined) throw new TenantContextMissingError();
    if (this.#values.has(scope)) return this.#values.get(scope) as T;
    const value = this.#create(scope.tenant);
    this.#values.set(scope, value);
    return value;
  }
}
