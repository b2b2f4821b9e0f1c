import { Injectable, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { currentScope, publishEntered } from '../context/scope-store.js';
import type { TenantScope } from '../context/tenant-scope.js';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import { areScopesObserved, publishRefusal } from '../observability/scope-events.js';
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
  /** Where the guard runs for each field of a GraphQL request, one refusal is published. */
  readonly #refused = new WeakSet<TenantScope>();

  constructor(cls: ClsService, @Optional() central?: CentralRoutes) {
    this.#cls = cls;
    this.#policies = new TenantPolicies(central);
  }

  /** @throws what is wrong with the tenant; `MT_TENANT_REQUIRED` without one; `MT_CONTEXT_MISSING` outside of any scope */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const scope = currentScope(this.#cls);
    if (scope === undefined) throw new TenantContextMissingError();
    scope.assertOpen();
    const head = scope.outcome;
    const completed = scope.complete();
    if (completed instanceof Promise) return completed.then(() => this.#decide(scope, head, context));
    return this.#decide(scope, head, context);
  }

  #decide(scope: TenantScope, head: TenantScope['outcome'], context: ExecutionContext): boolean {
    if (scope.outcome !== head && areScopesObserved()) publishEntered(scope);
    // The fields of a GraphQL request share a scope, and are handled side by side.
    if (context.getType<string>() !== 'graphql')
      scope.handler = { owner: context.getClass(), method: context.getHandler() };
    return this.#enforce(scope, context);
  }

  #enforce(scope: TenantScope, context: ExecutionContext): boolean {
    // With a tenant that is served, all routes are allowed: most requests need no look-up of the route's policy.
    if (scope.outcome.kind === 'resolved' || this.#policies.of(context) !== 'required') return true;
    try {
      return Boolean(scope.tenant);
    } catch (error) {
      this.#publish(scope, context, error);
      throw error;
    }
  }

  #publish(scope: TenantScope, context: ExecutionContext, error: unknown): void {
    if (!(error instanceof MultitenancyError) || this.#refused.has(scope)) return;
    this.#refused.add(scope);
    const { applicationId } = scope.clients;
    publishRefusal({ transport: context.getType(), code: error.code, applicationId });
  }
}
