import { Injectable, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { currentScope } from '../context/scope-store.js';
import type { TenantScope } from '../context/tenant-scope.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { CentralRoutes } from './central-routes.js';
import { TenantPolicies } from './tenant-policy.js';

/**
 * Enforces what the resolvers said: lets a request through only with one active tenant, unless the route is marked
 * `@TenantOptional()` or `@SuperTenantOnly()`, or is one of the option `central`. Global and first by default; with `guard: 'manual'` attach it yourself.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  readonly #cls: ClsService;
  readonly #policies: TenantPolicies;

  constructor(cls: ClsService, @Optional() central?: CentralRoutes) {
    this.#cls = cls;
    this.#policies = new TenantPolicies(central);
  }

  /** @throws what is wrong with the tenant; `MT_TENANT_REQUIRED` without one; `MT_CONTEXT_MISSING` outside of any scope */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const scope = currentScope(this.#cls);
    if (scope === undefined) throw new TenantContextMissingError();
    const completed = scope.complete();
    if (completed instanceof Promise) return completed.then(() => this.#enforce(scope, context));
    return this.#enforce(scope, context);
  }

  #enforce(scope: TenantScope, context: ExecutionContext): boolean {
    // With a tenant that is served, whatever the route asks: so most requests need no look at it.
    return scope.outcome.kind === 'resolved' || this.#policies.of(context) !== 'required' || Boolean(scope.tenant);
  }
}
