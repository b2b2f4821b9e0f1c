import type { Account } from '../port/account.js';
import { CredentialsInvalidError } from '../port/identity.errors.js';
import type { IdentityStore, TenantIdentityStore } from '../port/identity-store.js';
import { lookedUpName, PRIMARY_STORE } from '../port/names.js';
import { MAX_PASSWORD_LENGTH } from '../passwords/password-policy.js';
import type { PasswordHasher } from '../passwords/password-hasher.js';
import type { IdentityAudit } from '../port/identity-audit.js';
import type { LoginLimits } from './login-limits.js';

/** A log-in by name and password. */
export interface PasswordLogin {
  readonly tenantId: string;
  /** As the user typed it; not canonical yet. */
  readonly name: string;
  readonly password: string;
  /** Address of the peer. */
  readonly address: string;
}

/** Checks passwords that are kept with the accounts. An unknown account takes the same steps as one with another password. */
export class PasswordLogins {
  readonly #store: IdentityStore;
  readonly #hasher: PasswordHasher;
  readonly #limits: LoginLimits;
  readonly #audit: IdentityAudit;

  constructor(store: IdentityStore, hasher: PasswordHasher, limits: LoginLimits, audit: IdentityAudit) {
    this.#store = store;
    this.#hasher = hasher;
    this.#limits = limits;
    this.#audit = audit;
  }

  /**
   * Checks a name and a password.
   *
   * @returns the account, which is active
   * @throws `MT_CREDENTIALS_INVALID` for an unknown name, a wrong password and a disabled account alike; `MT_LOGIN_LIMITED`
   */
  async authenticate({ tenantId, name, password, address }: PasswordLogin): Promise<Account> {
    const tenant = this.#store.forTenant(tenantId);
    const canonical = lookedUpName(name);
    const attempt = { tenantId, name: canonical ?? '', address };
    await this.#limits.count(attempt);
    const account = canonical === null ? null : await tenant.findAccount({ store: PRIMARY_STORE, name: canonical });
    await this.#limits.countEmail(account?.email ?? attempt.name);
    if (!(await this.#matches(tenant, account, password))) {
      this.#audit.publish({ action: 'login.failed', tenantId, accountId: account?.id });
      throw new CredentialsInvalidError(tenantId);
    }
    await this.#limits.succeeded(attempt);
    return account as Account;
  }

  async #matches(tenant: TenantIdentityStore, account: Account | null, password: string): Promise<boolean> {
    // Of no account, the same question is asked, so that both cost as much.
    const stored = await tenant.passwordHash(account?.id ?? NO_ACCOUNT);
    const matches = await this.#hasher.verify(password.slice(0, MAX_PASSWORD_LENGTH + 1), stored);
    if (!matches || stored === null || account?.status !== 'active') return false;
    if (this.#hasher.isOutdated(stored)) await tenant.rehash(account.id, stored, await this.#hasher.hash(password));
    return true;
  }
}

const NO_ACCOUNT = '00000000-0000-0000-0000-000000000000';
