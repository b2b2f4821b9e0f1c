import type { TenantSessionStore } from './session.js';
import type { Account, AccountGrants, AccountStatus, Role, TenantIdentityState } from './account.js';

/** An account to add. Names are canonical already. */
export interface NewStoredAccount {
  readonly store: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** `null` = the account has no password. */
  readonly passwordHash: string | null;
  readonly roles: readonly string[];
  /** Id of the account that grants the roles; `null` = the application. */
  readonly grantedBy: string | null;
}

/** What may be changed of an account; absent = stays. */
export interface AccountChanges {
  /** A new address is not verified. `null` removes it. */
  readonly email?: string | null;
  readonly status?: AccountStatus;
}

/** Which accounts to list, by name. */
export interface AccountListQuery {
  /** Name of the last account of the page before; absent = from the first. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** Which account a name means. */
export interface AccountKey {
  readonly store: string;
  readonly name: string;
}

/**
 * Accounts, roles and credentials of one tenant. Each call is atomic. A change that takes a permission away, disables an account or
 * replaces a password advances the tenant's version in the same transaction; an implementation announces that to other nodes.
 * A throw that is no error of this package is an outage.
 */
export interface TenantIdentityStore extends TenantSessionStore {
  /** Epoch and version; of a tenant without accounts too. */
  state(): Promise<TenantIdentityState>;
  /** What the permissions of an account are made from; `null` = no such account. */
  grants(accountId: string): Promise<AccountGrants | null>;

  /** Adds an account. @throws `MT_ACCOUNT_EXISTS`, `MT_ROLE_UNKNOWN` */
  addAccount(account: NewStoredAccount): Promise<Account>;
  findAccount(key: AccountKey): Promise<Account | null>;
  listAccounts(query: AccountListQuery): Promise<Account[]>;
  /** Changes an account; `disabled` also ends its sessions. @throws `MT_ACCOUNT_UNKNOWN`, `MT_ACCOUNT_EXISTS`, `MT_LAST_ADMINISTRATOR` */
  changeAccount(accountId: string, changes: AccountChanges): Promise<Account>;
  /** Removes an account with all that belongs to it. @throws `MT_ACCOUNT_UNKNOWN`, `MT_LAST_ADMINISTRATOR` */
  removeAccount(accountId: string): Promise<void>;
  /** Replaces the roles. @throws `MT_ACCOUNT_UNKNOWN`, `MT_ROLE_UNKNOWN`, `MT_LAST_ADMINISTRATOR` */
  setRoles(accountId: string, roles: readonly string[], grantedBy: string | null): Promise<Account>;

  /** The hash of the account's password; `null` = it has none. */
  passwordHash(accountId: string): Promise<string | null>;
  /** Sets another password, which ends the account's sessions. @throws `MT_ACCOUNT_UNKNOWN` */
  setPassword(accountId: string, hash: string): Promise<void>;
  /** Exchanges one hash of the same password for another, where it is still the current one. Ends no session. */
  rehash(accountId: string, from: string, to: string): Promise<void>;

  listRoles(): Promise<Role[]>;
  /** Adds a role; `admin` becomes the administrator's. @throws `MT_ROLE_EXISTS`, `MT_GRANT_REFUSED` for a permission that the tenant cannot have */
  addRole(name: string, permissions: readonly string[]): Promise<Role>;
  /** Replaces the permissions of a role. @throws `MT_ROLE_UNKNOWN`, `MT_GRANT_REFUSED` */
  setRolePermissions(name: string, permissions: readonly string[]): Promise<Role>;
  /** Removes a role from the tenant and its accounts. @throws `MT_ROLE_UNKNOWN` */
  removeRole(name: string): Promise<void>;

  /** Removes everything of the tenant. */
  removeAll(): Promise<void>;
}

/** Where accounts of all tenants are kept. */
export interface IdentityStore {
  /** @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id */
  forTenant(tenantId: string): TenantIdentityStore;
}
