import { Controller, Header, HttpCode, Inject, Post, Req, UseFilters } from '@nestjs/common';
import OAuth2Server from '@node-oauth/oauth2-server';
import { CLOUD_API_OPTIONS, OAUTH_SERVER } from '../cloud-api.tokens.js';
import type { ResolvedCloudApiOptions } from '../cloud-api.options.js';
import { CloudApiMonitor } from '../monitor/cloud-api-monitor.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { tokenRequest } from './token-request.js';
import type { HttpRequestParts } from './token-request.js';

/** A token answer (RFC 6749 section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

/** The token endpoint: client credentials, by `client_secret_basic` or `client_secret_post`. */
@Controller('oauth')
@UseFilters(OAuthErrorFilter)
export class TokenController {
  readonly #oauth: OAuth2Server;
  readonly #monitor: CloudApiMonitor;
  readonly #lifetimeSeconds: number;

  constructor(
    @Inject(OAUTH_SERVER) oauth: OAuth2Server,
    @Inject(CLOUD_API_OPTIONS) options: ResolvedCloudApiOptions,
    monitor: CloudApiMonitor,
  ) {
    this.#oauth = oauth;
    this.#monitor = monitor;
    this.#lifetimeSeconds = options.tokenLifetimeSeconds;
  }

  /** Issues a token; a refusal is an RFC 6749 error. */
  @Post('token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async issue(@Req() request: HttpRequestParts): Promise<TokenAnswer> {
    const token = await this.#oauth.token(tokenRequest(request), new OAuth2Server.Response());
    await this.#admit(token.user['account'] as string);
    return { access_token: token.accessToken, token_type: 'Bearer', expires_in: this.#lifetimeSeconds };
  }

  async #admit(account: string): Promise<void> {
    const failure = await this.#monitor.trafficOf(account, 'token').admit();
    if (failure === null) return;
    throw new OAuth2Server.OAuthError('The token endpoint fails for this account', {
      code: failure,
      name: failure < 500 ? 'invalid_client' : 'temporarily_unavailable',
    });
  }
}
