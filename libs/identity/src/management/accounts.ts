import type { Account } from '../port/account.js';
import { AccountUnknownError, GrantRefusedError } from '../port/identity.errors.js';
import type { IdentityAudit } from '../port/identity-audit.js';
import { APPLICATION } from '../port/identity-principal.js';
import type { IdentityActor } from '../port/identity-principal.js';
import type { AccountChanges, AccountListQuery, IdentityStore, TenantIdentityStore } from '../port/identity-store.js';
import { accountName, emailAddress, lookedUpName, PRIMARY_STORE } from '../port/names.js';
import type { PasswordHasher } from '../passwords/password-hasher.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Authorizations } from '../permissions/authorizations.js';
import type { GrantRule } from './grant-rule.js';
import type { Roles } from './roles.js';

/** An account to add. */
export interface NewAccount {
  readonly name: string;
  readonly email?: string | null;
  /** The password, which the policy checks; or a hash of `PasswordHasher`, by the application alone. */
  readonly password: string | { readonly hash: string };
  /** Names of roles of the tenant. Default: none. */
  readonly roles?: readonly string[];
}

/** What {@link Accounts} works with. */
export interface AccountsParts {
  readonly store: IdentityStore;
  readonly rule: GrantRule;
  readonly roles: Roles;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly authorizations: Authorizations;
  readonly audit: IdentityAudit;
}

/**
 * The accounts of tenants. Every change is bound by the grant rule: an actor neither gives nor takes a role whose permissions it
 * lacks, and changes no account that can do more than the actor. It is effective at once on this node and announced to the others.
 */
export class Accounts {
  readonly #parts: AccountsParts;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** An account by name; `null` = there is none. */
  async find(tenantId: string, name: string): Promise<Account | null> {
    const canonical = lookedUpName(name);
    return canonical === null ? null : this.#of(tenantId).findAccount({ store: PRIMARY_STORE, name: canonical });
  }

  /** Accounts of a tenant, by name. */
  list(tenantId: string, query: AccountListQuery): Promise<Account[]> {
    return this.#of(tenantId).listAccounts(query);
  }

  /**
   * Adds an account.
   *
   * @throws `MT_IDENTITY_INPUT_INVALID`, `MT_PASSWORD_WEAK`, `MT_ACCOUNT_EXISTS`, `MT_ROLE_UNKNOWN`, `MT_GRANT_REFUSED`
   */
  async add(tenantId: string, account: NewAccount, actor: IdentityActor): Promise<Account> {
    if (typeof account.password !== 'string' && actor !== APPLICATION) {
      throw new GrantRefusedError('A hash in place of a password comes from the application alone.', tenantId);
    }
    const name = accountName(account.name);
    const email = account.email == null ? null : emailAddress(account.email);
    const roles = await this.#grantable(tenantId, account.roles ?? [], actor);
    const passwordHash = await this.#hashOf(account.password, [name, ...(email === null ? [] : [email])]);
    const added = await this.#of(tenantId).addAccount({
      store: PRIMARY_STORE,
      name,
      email,
      emailVerified: false,
      passwordHash,
      roles,
      grantedBy: idOf(actor),
    });
    this.#changed('account.added', added, { tenantId, actor });
    return added;
  }

  /** Changes e-mail or status; a disabled account's sessions end. @throws `MT_ACCOUNT_UNKNOWN`, `MT_ACCOUNT_EXISTS`, `MT_LAST_ADMINISTRATOR`, `MT_GRANT_REFUSED`, `MT_IDENTITY_INPUT_INVALID` */
  async change(tenantId: string, name: string, changes: AccountChanges, actor: IdentityActor): Promise<Account> {
    const account = await this.#changeable(tenantId, name, actor);
    const email = changes.email == null ? {} : { email: emailAddress(changes.email) };
    const changed = await this.#of(tenantId).changeAccount(account.id, { ...changes, ...email });
    this.#changed('account.changed', changed, { tenantId, actor });
    return changed;
  }

  /** Removes an account with all that belongs to it. @throws `MT_ACCOUNT_UNKNOWN`, `MT_LAST_ADMINISTRATOR`, `MT_GRANT_REFUSED` */
  async remove(tenantId: string, name: string, actor: IdentityActor): Promise<void> {
    const account = await this.#changeable(tenantId, name, actor);
    await this.#of(tenantId).removeAccount(account.id);
    this.#changed('account.removed', account, { tenantId, actor });
  }

  /** Replaces the roles of an account. @throws `MT_ACCOUNT_UNKNOWN`, `MT_ROLE_UNKNOWN`, `MT_LAST_ADMINISTRATOR`, `MT_GRANT_REFUSED` */
  async setRoles(tenantId: string, name: string, roles: readonly string[], actor: IdentityActor): Promise<Account> {
    const account = await this.#changeable(tenantId, name, actor);
    const granted = await this.#grantable(tenantId, roles, actor);
    const changed = await this.#of(tenantId).setRoles(account.id, granted, idOf(actor));
    this.#changed('account.roles', changed, { tenantId, actor });
    return changed;
  }

  /** Sets another password, which ends the account's sessions. @throws `MT_PASSWORD_WEAK`, `MT_ACCOUNT_UNKNOWN` */
  async setPassword(tenantId: string, account: Account, password: string, actor: IdentityActor): Promise<void> {
    const known = account.email === null ? [account.name] : [account.name, account.email];
    const hash = await this.#hashOf(password, known);
    await this.#of(tenantId).setPassword(account.id, hash);
    this.#changed('account.password', account, { tenantId, actor });
  }

  /** Removes everything of a tenant: accounts, roles, sessions, keys. For the provisioner of a tenant that goes. */
  async removeAll(tenantId: string): Promise<void> {
    await this.#of(tenantId).removeAll();
    this.#parts.authorizations.invalidate(tenantId);
  }

  #of(tenantId: string): TenantIdentityStore {
    return this.#parts.store.forTenant(tenantId);
  }

  /** An account that the actor may change: not one with permissions that the actor lacks. */
  async #changeable(tenantId: string, name: string, actor: IdentityActor): Promise<Account> {
    this.#parts.rule.assertTenant(tenantId, actor);
    const account = await this.find(tenantId, name);
    if (account === null) throw new AccountUnknownError(tenantId);
    await this.#grantable(tenantId, account.roles, actor);
    return account;
  }

  async #grantable(tenantId: string, names: readonly string[], actor: IdentityActor): Promise<string[]> {
    const roles = await this.#parts.roles.named(tenantId, names);
    await this.#parts.rule.assertRoles(tenantId, roles, actor);
    return roles.map(({ name }) => name);
  }

  async #hashOf(password: NewAccount['password'], known: readonly string[]): Promise<string> {
    if (typeof password !== 'string') return password.hash;
    this.#parts.policy.check(password, known);
    return this.#parts.hasher.hash(password);
  }

  #changed(action: string, { id }: Account, by: { readonly tenantId: string; readonly actor: IdentityActor }): void {
    this.#parts.authorizations.invalidate(by.tenantId);
    this.#parts.audit.publish({ action, tenantId: by.tenantId, accountId: id, actorId: idOf(by.actor) ?? undefined });
  }
}

function idOf(actor: IdentityActor): string | null {
  return actor === APPLICATION ? null : actor.accountId;
}
