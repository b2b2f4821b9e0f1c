import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IdentityPrincipal } from '@tenantry/identity';
import { authenticationRequired } from '../http/api-errors.js';
import { nodeRequestOf } from '../http/node-request.js';
import { Public } from './public.decorator.js';
import { RequestTokens } from './request-tokens.js';

/**
 * Requires a valid access token on every route that is not {@link Public}, and puts the principal into
 * `request.user`. It runs after the tenant guard, which has refused tokens of other tenants.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #tokens: RequestTokens;

  constructor(reflector: Reflector, tokens: RequestTokens) {
    this.#reflector = reflector;
    this.#tokens = tokens;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<{ user?: IdentityPrincipal }>();
    request.user = await this.#authenticate(request);
    return true;
  }

  async #authenticate(request: object): Promise<IdentityPrincipal> {
    const principal = await this.#principalOf(request);
    if (principal === null) throw authenticationRequired();
    return principal;
  }

  #principalOf(request: object): Promise<IdentityPrincipal | null> {
    return this.#tokens.principalOf(nodeRequestOf(request));
  }
}
