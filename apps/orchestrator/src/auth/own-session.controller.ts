import { Body, Headers, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { IdentityPrincipal } from '@tenantry/identity';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { TenantController } from '../http/tenant-controller.decorator.js';
import { AuthService } from './auth.service.js';
import { CurrentPrincipal } from './current-principal.decorator.js';
import { passwordChangeSchema } from './login.schema.js';
import type { PasswordChange } from './login.schema.js';

/** What a user does with the user's own session and password. */
@TenantController('auth')
export class OwnSessionController {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  /** Ends the session of the request. */
  @Post('logout')
  @HttpCode(204)
  @ApiOperation({ summary: 'Log out' })
  @ApiNoContentResponse()
  logOut(@CurrentPrincipal() principal: IdentityPrincipal): Promise<void> {
    return this.#auth.logOut(principal);
  }

  /** Changes the user's own password, which ends the user's sessions. */
  @Post('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change the own password' })
  @ApiNoContentResponse()
  @ApiProblems(429)
  changePassword(
    @CurrentPrincipal() principal: IdentityPrincipal,
    @Body({ schema: passwordChangeSchema }) change: PasswordChange,
    @Ip() address: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<void> {
    return this.#auth.changePassword(principal, change, { address, userAgent });
  }
}
