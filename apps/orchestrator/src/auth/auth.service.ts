import { Injectable } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import {
  Accounts,
  CredentialsInvalidError,
  LoginLimitedError,
  PasswordLogins,
  PermissionDeniedError,
  Sessions,
} from '@tenantry/identity';
import type { Account, IdentityPrincipal, IssuedTokens } from '@tenantry/identity';
import { invalidCredentials, tooManyAttempts } from '../http/api-errors.js';
import type { Login, PasswordChange, Tokens } from './login.schema.js';
import { nameWithin } from './username.js';

/** Where a request comes from. */
export interface Peer {
  /** Address, which attempts are counted by. */
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** Logs users in and out. */
@Injectable()
export class AuthService {
  readonly #context: TenantContext;
  readonly #logins: PasswordLogins;
  readonly #sessions: Sessions;
  readonly #accounts: Accounts;

  constructor(context: TenantContext, logins: PasswordLogins, sessions: Sessions, accounts: Accounts) {
    this.#context = context;
    this.#logins = logins;
    this.#sessions = sessions;
    this.#accounts = accounts;
  }

  /**
   * Exchanges a name and a password for tokens of the current tenant.
   *
   * @throws `INVALID_CREDENTIALS`, the same for an unknown user and a wrong password; `TOO_MANY_ATTEMPTS`;
   *   `MT_TENANT_CONFLICT`
   */
  async logIn({ username, password, refresh }: Login, peer: Peer): Promise<Tokens> {
    const { tenant } = this.#context;
    const name = nameWithin(tenant, username);
    const { id: accountId } = await this.#authenticate(tenant, { name, password }, peer);
    const { address, userAgent } = peer;
    const agent = userAgent === undefined ? {} : { userAgent };
    const tokens = await this.#sessions.open({ tenantId: tenant.id, accountId, address, ...agent });
    return refresh ? tokens : withoutRefreshToken(tokens);
  }

  /** Exchanges a refresh token, which is good once. @throws `MT_SESSION_ENDED` */
  refresh(refreshToken: string): Promise<IssuedTokens> {
    return this.#sessions.refresh(this.#context.tenant.id, refreshToken);
  }

  /** Ends the session of a request. An API key has none, and stays. */
  async logOut({ tenantId, accountId, sessionId }: IdentityPrincipal): Promise<void> {
    if (sessionId !== undefined) await this.#sessions.end(tenantId, sessionId, accountId);
  }

  /**
   * Changes the user's own password, which ends all sessions of the user.
   *
   * @throws `INVALID_CREDENTIALS`, `TOO_MANY_ATTEMPTS`, `MT_PASSWORD_WEAK`, `MT_PERMISSION_DENIED` to an API key
   */
  async changePassword(principal: IdentityPrincipal, change: PasswordChange, peer: Peer): Promise<void> {
    if (principal.sessionId === undefined) throw new PermissionDeniedError(['a session of a user'], principal.tenantId);
    const { currentPassword: password, newPassword } = change;
    const account = await this.#authenticate(this.#context.tenant, { name: principal.name, password }, peer);
    await this.#accounts.setPassword(principal.tenantId, account, newPassword, principal);
  }

  async #authenticate(
    { id: tenantId }: Tenant,
    credentials: { readonly name: string; readonly password: string },
    { address }: Peer,
  ): Promise<Account> {
    try {
      return await this.#logins.authenticate({ tenantId, ...credentials, address });
    } catch (error) {
      if (error instanceof CredentialsInvalidError) throw invalidCredentials();
      if (!(error instanceof LoginLimitedError)) throw error;
      throw tooManyAttempts(Math.max(1, Math.ceil((error.retryAfterMs ?? 0) / 1_000)));
    }
  }
}

function withoutRefreshToken({ accessToken, tokenType, expiresIn }: IssuedTokens): Tokens {
  return { accessToken, tokenType, expiresIn };
}
