import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import OAuth2Server from '@node-oauth/oauth2-server';
import { OAUTH_SERVER } from '../cloud-api.tokens.js';
import { ProblemException } from '../http/problem.exception.js';
import { CloudApiMonitor } from '../monitor/cloud-api-monitor.js';
import { bearerRequest } from './token-request.js';
import type { HttpRequestParts } from './token-request.js';

/** A request whose token was good. */
export interface AuthenticatedRequest extends HttpRequestParts {
  /** Whose token it was. */
  account?: string;
}

/** Lets a request in with a good token, and notes on it whose account it is for. */
@Injectable()
export class BearerGuard implements CanActivate {
  readonly #oauth: OAuth2Server;
  readonly #monitor: CloudApiMonitor;

  constructor(@Inject(OAUTH_SERVER) oauth: OAuth2Server, monitor: CloudApiMonitor) {
    this.#oauth = oauth;
    this.#monitor = monitor;
  }

  /** Answers `true`, or throws the {@link ProblemException} to answer with. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const account = await this.#authenticate(request);
    const failure = await this.#monitor.trafficOf(account, 'api').admit();
    if (failure === 401) throw invalidToken();
    if (failure !== null) {
      throw new ProblemException(failure, 'account_failing', 'The service fails for this account at the moment.');
    }
    request.account = account;
    return true;
  }

  async #authenticate(request: AuthenticatedRequest): Promise<string> {
    try {
      const token = await this.#oauth.authenticate(bearerRequest(request), new OAuth2Server.Response());
      return token.user['account'] as string;
    } catch (error) {
      if (error instanceof OAuth2Server.UnauthorizedRequestError) throw tokenMissing();
      if (error instanceof OAuth2Server.OAuthError && error.code < 500) throw invalidToken();
      throw error;
    }
  }
}

function tokenMissing(): ProblemException {
  return new ProblemException(401, 'token_missing', 'Send a bearer token of POST /oauth/token.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="cloud-api"' },
  });
}

function invalidToken(): ProblemException {
  return new ProblemException(401, 'invalid_token', 'The token is not valid or has expired. Fetch a new one.', {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}
