import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { BearerTokens, SessionEndedError } from '@tenantry/identity';
import { TenantTokenInvalidError } from '@tenantry/core';
import type { IdentityPrincipal, ReadBearerToken } from '@tenantry/identity';

/** The tokens of requests: each is read once, and the result is kept for as long as the request lives. */
@Injectable()
export class RequestTokens {
  readonly #bearer: BearerTokens;
  readonly #read = new WeakMap<IncomingMessage, Promise<ReadBearerToken>>();

  constructor(bearer: BearerTokens) {
    this.#bearer = bearer;
  }

  /**
   * Reads the token of a request.
   *
   * @param request Node's own request
   * @throws `MT_TENANT_TOKEN_INVALID`, `MT_API_KEY_INVALID`
   */
  read(request: IncomingMessage, token: string): Promise<ReadBearerToken> {
    const known = this.#read.get(request);
    if (known) return known;
    const reading = this.#bearer.read(token).catch(rethrown);
    this.#read.set(request, reading);
    return reading;
  }

  /** Who sent a request whose token was {@link read}; `null` = no token was sent. @throws as {@link read}, and `MT_SESSION_ENDED` */
  async principalOf(request: IncomingMessage): Promise<IdentityPrincipal | null> {
    const token = await this.#read.get(request);
    return token === undefined ? null : token.principal();
  }
}

/** A token that was never good is another answer than a session that has ended. */
function rethrown(error: unknown): never {
  throw error instanceof SessionEndedError ? new TenantTokenInvalidError('it does not verify', error) : error;
}
