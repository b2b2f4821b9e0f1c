import { Body, Controller, Header, Headers, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { tenantPaths } from '../http/tenant-paths.js';
import { AuthService } from './auth.service.js';
import { loginSchema, refreshSchema, tokensSchema } from './login.schema.js';
import type { Login, Refresh, Tokens } from './login.schema.js';
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

  /** Exchanges a user name and a password for an access token, and a refresh token where one is asked for. */
  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Log in' })
  @ApiOkResponse({ standardSchema: tokensSchema })
  @ApiProblems(400, 401, 403, 404, 429)
  logIn(
    @Body({ schema: loginSchema }) login: Login,
    @Ip() address: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<Tokens> {
    return this.#auth.logIn(login, { address, userAgent });
  }

  /** Exchanges a refresh token for other tokens. */
  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Refresh tokens' })
  @ApiOkResponse({ standardSchema: tokensSchema })
  @ApiProblems(400, 401, 403, 404)
  refresh(@Body({ schema: refreshSchema }) { refreshToken }: Refresh): Promise<Tokens> {
    return this.#auth.refresh(refreshToken);
  }
}
