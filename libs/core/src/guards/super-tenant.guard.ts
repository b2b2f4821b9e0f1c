import { Inject, Injectable, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { publishAudit } from '../observability/audit/tenant-audit.js';
import { currentScope } from '../context/scope-store.js';
import { presentedError, TENANT_ERROR_DETAIL } from '../errors/error-detail.js';
import type { ErrorDetail } from '../errors/error-detail.js';
import { TenantForbiddenError } from '../errors/tenant.errors.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import { entryOf } from './guarded-entry.js';

/** Lets only the super tenant through, and only when a token or a trusted proxy proves it. */
@Injectable()
export class SuperTenantGuard implements CanActivate {
  readonly #cls: ClsService;
  readonly #errorDetail: ErrorDetail;

  constructor(cls: ClsService, @Optional() @Inject(TENANT_ERROR_DETAIL) errorDetail: ErrorDetail = 'full') {
    this.#cls = cls;
    this.#errorDetail = errorDetail;
  }

  /** @throws `MT_TENANT_FORBIDDEN`, what is wrong with the tenant that was named, `MT_CONTEXT_MISSING` */
  canActivate(context: ExecutionContext): boolean {
    const scope = currentScope(this.#cls);
    if (scope === undefined) throw new TenantContextMissingError();
    const { outcome } = scope;
    const { applicationId } = scope.clients;
    if (outcome.kind === 'rejected' || outcome.kind === 'conflict') throw outcome.error;
    const tenantId = outcome.kind === 'resolved' ? outcome.tenant.id : undefined;
    if (outcome.kind === 'resolved' && tenantId === SUPER_TENANT_ID && outcome.trust !== 'network') {
      publishAudit({ type: 'superTenantAction', ...entryOf(context) }, applicationId);
      return true;
    }
    publishAudit({ type: 'forbidden', ...entryOf(context), tenantId }, applicationId);
    const reason = 'This route is for the operator of the service. Sign in as a user of the super tenant.';
    throw presentedError(new TenantForbiddenError(reason), this.#errorDetail);
  }
}
