import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TenantContext } from '@tenantry/core';
import { PermissionDeniedError } from '../port/identity.errors.js';
import { IdentityAudit } from '../port/identity-audit.js';
import type { IdentityPrincipal } from '../port/identity-principal.js';
import { Authorizations } from './authorizations.js';

/** Metadata key of the permissions that a handler or controller requires. */
export const REQUIRED_PERMISSIONS = 'tenantry:required-permissions';

/** Checks what `@RequirePermission` names, against the permissions that the account holds now. */
@Injectable()
export class PermissionGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #authorizations: Authorizations;
  readonly #context: TenantContext;
  readonly #audit: IdentityAudit;

  constructor(reflector: Reflector, authorizations: Authorizations, context: TenantContext, audit: IdentityAudit) {
    this.#reflector = reflector;
    this.#authorizations = authorizations;
    this.#context = context;
    this.#audit = audit;
  }

  /** @throws `MT_PERMISSION_DENIED`, and the store's error when it cannot be read */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getClass(), context.getHandler()];
    const required = this.#reflector.getAllAndMerge<string[]>(REQUIRED_PERMISSIONS, targets);
    const principal = this.#principalOf(context);
    const missing = principal === undefined ? required : await this.#authorizations.missing(principal, required);
    if (missing.length === 0) return true;
    const tenantId = this.#context.tenantOrNull?.id;
    if (tenantId !== undefined) {
      this.#audit.publish({ action: 'permission.denied', tenantId, accountId: principal?.accountId });
    }
    throw new PermissionDeniedError(missing, tenantId);
  }

  /** The principal of this tenant: one of another tenant has no permission here. */
  #principalOf(context: ExecutionContext): IdentityPrincipal | undefined {
    const { user } = requestOf(context);
    return user !== undefined && user.tenantId === this.#context.tenantOrNull?.id ? user : undefined;
  }
}

/** The HTTP request; for GraphQL the one that its context carries. */
function requestOf(context: ExecutionContext): { readonly user?: IdentityPrincipal } {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest();
  return context.getArgByIndex<{ readonly req?: { readonly user?: IdentityPrincipal } }>(2).req ?? {};
}
