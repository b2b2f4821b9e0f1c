import { ForbiddenException, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { TenantContext, TenantForbiddenError } from '@tenantry/core';
import { ServiceInvoker } from '@tenantry/services';
import { Accounts } from '@tenantry/identity';
import { RequestTokens } from '../auth/request-tokens.js';
import { authenticationRequired } from '../http/api-errors.js';
import { nodeRequestOf } from '../http/node-request.js';

const PERMISSION = /^permission:/;

/** Lets in whom the tenant's administrator let in to the service: every caller, users of the tenant, or those with a role. */
@Injectable()
export class ServiceAccessGuard implements CanActivate {
  readonly #context: TenantContext;
  readonly #services: ServiceInvoker;
  readonly #accounts: Accounts;
  readonly #tokens: RequestTokens;

  constructor(context: TenantContext, services: ServiceInvoker, tokens: RequestTokens, accounts: Accounts) {
    this.#accounts = accounts;
    this.#context = context;
    this.#services = services;
    this.#tokens = tokens;
  }

  /** A service that is not there is answered as such to every caller, and as one of another tenant. @throws `MT_SERVICE_NOT_FOUND` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ readonly params: { readonly name: string } }>();
    const { id } = this.#context.tenant;
    const { access } = await this.#services.active(id, request.params.name);
    if (access === 'public') return true;
    const principal = await this.#tokens.principalOf(nodeRequestOf(request));
    if (principal === null) throw authenticationRequired();
    if (principal.tenantId !== id)
      throw new TenantForbiddenError('The token is of another tenant. Use one of this tenant.', id);
    if (!PERMISSION.test(access)) return true;
    const account = await this.#accounts.find(id, principal.name);
    if (account?.roles.includes(access.replace(PERMISSION, '')) === true) return true;
    throw new ForbiddenException();
  }
}
