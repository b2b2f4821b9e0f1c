import { Inject, Injectable, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { publishAudit } from '../observability/audit/tenant-audit.js';
import { currentScope } from '../context/scope-store.js';
import { presentedError, TENANT_ERROR_DETAIL } from '../errors/error-detail.js';
import type { ErrorDetail } from '../errors/error-detail.js';
import { TenantForbiddenError } from '../errors/tenant.errors.js';
import { OptionsInvalidError, TenantContextMissingError } from '../errors/usage.errors.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { Tenant } from '../tenant/tenant.js';
import { CentralRoutes } from './central-routes.js';
import { TenantPolicies } from './tenant-policy.js';
import { entryOf, principalOf } from './guarded-entry.js';

/** Injection token of the membership rule. @internal */
export const TENANT_MEMBERSHIP = Symbol('tenantry.membership');

/** Whether a principal (`user` of the HTTP request, of GraphQL's `req`, of a socket or its `data`, as the application's authentication left it) may act for a tenant. */
export type TenantMembership = (principal: unknown, tenant: Tenant) => MaybePromise<boolean>;

/**
 * Answers 403 to principals that are no members of the tenant, by the option `membership`. Attach it behind your
 * authentication guard. Without a principal the answer is 403 too. A route that needs no tenant passes where the
 * request names none that is served: the handler gets none either.
 */
@Injectable()
export class TenantMembershipGuard implements CanActivate {
  readonly #cls: ClsService;
  readonly #isMember: TenantMembership;
  readonly #errorDetail: ErrorDetail;
  readonly #policies: TenantPolicies;

  /** @throws `MT_OPTIONS_INVALID` without the option `membership` */
  constructor(
    cls: ClsService,
    @Inject(TENANT_MEMBERSHIP) membership: TenantMembership | null,
    @Optional() @Inject(TENANT_ERROR_DETAIL) errorDetail: ErrorDetail = 'full',
    @Optional() central?: CentralRoutes,
  ) {
    if (membership === null) {
      throw new OptionsInvalidError(
        'membership',
        undefined,
        'a function (principal, tenant) => boolean, which TenantMembershipGuard needs',
      );
    }
    this.#cls = cls;
    this.#isMember = membership;
    this.#errorDetail = errorDetail;
    this.#policies = new TenantPolicies(central);
  }

  /** @throws `MT_TENANT_FORBIDDEN`, `MT_CONTEXT_MISSING`, what is wrong with the tenant that was named */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = currentScope(this.#cls);
    if (scope === undefined) throw new TenantContextMissingError();
    if (scope.outcome.kind !== 'resolved' && this.#policies.of(context) === 'optional') return true;
    const tenant = scope.tenantOrNull;
    if (tenant === null) return true;
    const principal = principalOf(context);
    const known = principal !== undefined && principal !== null;
    if (known && (await this.#isMember(principal, tenant)) === true) return true;
    const { applicationId } = scope.clients;
    publishAudit({ type: 'forbidden', ...entryOf(context), tenantId: tenant.id }, applicationId);
    const error = new TenantForbiddenError(
      'You are no member of this tenant. Ask its administrator for access.',
      tenant.id,
    );
    throw presentedError(error, this.#errorDetail);
  }
}
