import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TenantTokenInvalidError } from '@tenantry/core';
import { authenticationRequired } from '../http/api-errors.js';
import { nodeRequestOf } from '../http/node-request.js';
import { AccessTokens } from './access-tokens.js';
import type { Principal } from './principal.js';
import { Public } from './public.decorator.js';

/**
 * Requires a valid access token on every route that is not {@link Public}, and puts the {@link Principal} into
 * `request.user`. It runs after the tenant guard, which has refused tokens of other tenants.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #tokens: AccessTokens;

  constructor(reflector: Reflector, tokens: AccessTokens) {
    this.#reflector = reflector;
    this.#tokens = tokens;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<{ user?: Principal }>();
    request.user = await this.#authenticate(request);
    return true;
  }

  async #authenticate(request: object): Promise<Principal> {
    const principal = await this.#principalOf(request);
    if (principal === null) throw authenticationRequired();
    return principal;
  }

  async #principalOf(request: object): Promise<Principal | null> {
    try {
      return await this.#tokens.principalOf(nodeRequestOf(request));
    } catch (cause) {
      throw new TenantTokenInvalidError('it does not verify', cause);
    }
  }
}
