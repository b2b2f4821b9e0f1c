import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import OAuth2Server from '@node-oauth/oauth2-server';

/** Renders what goes wrong at the token endpoint as RFC 6749 section 5.2 has it. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  readonly #adapterHost: HttpAdapterHost;
  readonly #logger = new Logger(OAuthErrorFilter.name);

  constructor(adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  /** Answers with `{ error, error_description }`; the reason of a fault of our own goes to the log only. */
  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.#adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const refusal = error instanceof OAuth2Server.OAuthError ? error : this.#fault(error);
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    if (refusal.code === 401) httpAdapter.setHeader(response, 'WWW-Authenticate', 'Basic realm="cloud-api"');
    httpAdapter.reply(response, { error: refusal.name, error_description: descriptionOf(refusal) }, refusal.code);
  }

  #fault(error: unknown): OAuth2Server.OAuthError {
    this.#logger.error('The token endpoint failed', error instanceof Error ? error.stack : undefined);
    return new OAuth2Server.ServerError('server_error', { code: 500 });
  }
}

function descriptionOf(refusal: OAuth2Server.OAuthError): string {
  return refusal instanceof OAuth2Server.ServerError ? 'The request could not be served' : refusal.message;
}
