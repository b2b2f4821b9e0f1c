import { Injectable } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { invalidCredentials } from '../http/api-errors.js';
import { UserRepository } from '../users/user.repository.js';
import { AccessTokens, TOKEN_LIFETIME_SECONDS } from './access-tokens.js';
import { LoginAttempts } from './login-attempts.js';
import type { AccessToken, Login } from './login.schema.js';
import { PasswordHasher } from './password-hasher.js';
import { nameWithin } from './username.js';

/** Logs users in. */
@Injectable()
export class AuthService {
  readonly #context: TenantContext;
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #tokens: AccessTokens;
  readonly #attempts: LoginAttempts;

  constructor(
    context: TenantContext,
    users: UserRepository,
    hasher: PasswordHasher,
    tokens: AccessTokens,
    attempts: LoginAttempts,
  ) {
    this.#context = context;
    this.#users = users;
    this.#hasher = hasher;
    this.#tokens = tokens;
    this.#attempts = attempts;
  }

  /**
   * Exchanges a name and a password for an access token of the current tenant.
   *
   * @param address address of the peer, which attempts are counted by
   * @throws `INVALID_CREDENTIALS`, the same for an unknown user and a wrong password; `TOO_MANY_ATTEMPTS`;
   *   `MT_TENANT_CONFLICT`
   */
  async logIn({ username, password }: Login, address: string): Promise<AccessToken> {
    const { tenant } = this.#context;
    const name = nameWithin(tenant, username);
    const attempt = { tenantId: tenant.id, name, address };
    await this.#attempts.count(attempt);
    const user = await this.#users.findByName(name);
    const matches = await this.#hasher.verify(password, user?.passwordHash ?? null);
    if (!user || !matches) throw invalidCredentials();
    await this.#attempts.succeeded(attempt);
    const accessToken = await this.#tokens.issue({ ...user, userId: user.id, tenantId: tenant.id });
    return { accessToken, tokenType: 'Bearer', expiresIn: TOKEN_LIFETIME_SECONDS };
  }
}
