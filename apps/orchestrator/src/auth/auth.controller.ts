import { Body, Controller, Header, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { tenantPaths } from '../http/tenant-paths.js';
import { AuthService } from './auth.service.js';
import { accessTokenSchema, loginSchema } from './login.schema.js';
import type { AccessToken, Login } from './login.schema.js';
import { Public } from './public.decorator.js';

/** Logging in. */
@ApiTags('auth')
@Public()
@Controller(tenantPaths('auth'))
export class AuthController {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  /** Exchanges a user name and a password for an access token. */
  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Log in' })
  @ApiOkResponse({ standardSchema: accessTokenSchema })
  @ApiProblems(400, 401, 403, 404, 429)
  logIn(@Body({ schema: loginSchema }) login: Login, @Ip() address: string): Promise<AccessToken> {
    return this.#auth.logIn(login, address);
  }
}
