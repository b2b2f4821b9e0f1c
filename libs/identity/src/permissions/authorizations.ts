import type { Clock } from '@tenantry/core';
import type { MaybePromise } from '@tenantry/core/spi';
import { LRUCache } from 'lru-cache';
import type { AccountGrants, TenantIdentityState } from '../port/account.js';
import type { StoredApiKey, TenantIdle } from '../port/session.js';
import type { IdentityPrincipal } from '../port/identity-principal.js';
import type { IdentityStore } from '../port/identity-store.js';
import { PermissionSets } from './permission-set.js';
import type { PermissionSet } from './permission-set.js';
import type { PermissionVocabulary } from './permission-vocabulary.js';

/** What is kept in memory about permissions. */
export interface AuthorizationOptions {
  /** Tenants, 1 and up. Default 10,000. */
  readonly maxTenants?: number;
  /** Accounts of all tenants together, 1 and up. Default 50,000. */
  readonly maxAccounts?: number;
  /** Milliseconds after which a tenant's version is read again, 100 to 600,000. Bounds the staleness without notifications. Default 10,000. */
  readonly recheckMs?: number;
}

/** One account as it may act now. */
export interface Authorization {
  /** Epochs that its sessions must have. */
  readonly tenantEpoch: number;
  readonly accountEpoch: number;
  readonly active: boolean;
  readonly permissions: PermissionSet;
  /** The tenant's own rule about inactivity. */
  readonly idle: TenantIdle | null;
  readonly endedSessions: readonly string[];
  readonly apiKeys: readonly StoredApiKey[];
}

interface TenantEntry {
  readonly state: TenantIdentityState;
  checkedAt: number;
}

interface AccountEntry extends Authorization {
  /** It holds while its tenant has this entry. */
  readonly tenant: TenantEntry;
}

/**
 * The permissions of accounts, in memory. What is not there is read from the store; a change of a tenant drops what is known of
 * it. When the store cannot be read, the check fails with its error: there is no answer from old data.
 */
export class Authorizations {
  readonly #store: IdentityStore;
  readonly #vocabulary: PermissionVocabulary;
  readonly #clock: Clock;
  readonly #recheckMs: number;
  readonly #sets: PermissionSets;
  readonly #tenants: LRUCache<string, TenantEntry>;
  readonly #accounts: LRUCache<string, AccountEntry>;
  #invalidations = 0;

  constructor(
    store: IdentityStore,
    vocabulary: PermissionVocabulary,
    clock: Clock,
    { maxTenants = 10_000, maxAccounts = 50_000, recheckMs = 10_000 }: AuthorizationOptions = {},
  ) {
    this.#store = store;
    this.#vocabulary = vocabulary;
    this.#clock = clock;
    this.#recheckMs = recheckMs;
    this.#sets = new PermissionSets([...vocabulary.entries()].map(([permission]) => permission));
    this.#tenants = new LRUCache({ max: maxTenants });
    this.#accounts = new LRUCache({ max: maxAccounts });
  }

  /** How an account may act; `null` = there is no such account in the tenant. Answers without a promise from memory. */
  of(tenantId: string, accountId: string): MaybePromise<Authorization | null> {
    const tenant = this.#tenants.get(keyOf(tenantId));
    if (tenant === undefined || this.#clock.now() - tenant.checkedAt >= this.#recheckMs) {
      return this.#afterCheck(tenantId, accountId);
    }
    const account = this.#accounts.get(accountId);
    return account?.tenant === tenant ? account : this.#read(tenantId, accountId);
  }

  /** Which of these permissions a principal lacks. Answers without a promise from memory. */
  missing(principal: IdentityPrincipal, permissions: readonly string[]): MaybePromise<readonly string[]> {
    const found = this.of(principal.tenantId, principal.accountId);
    if (found instanceof Promise)
      return found.then((authorization) => this.#lacking(principal, authorization, permissions));
    return this.#lacking(principal, found, permissions);
  }

  /** Every permission that a principal holds, in the order of the vocabulary. */
  async held(principal: IdentityPrincipal): Promise<string[]> {
    const all = this.#vocabulary.of(principal.tenantId);
    const missing = new Set(await this.missing(principal, all));
    return all.filter((permission) => !missing.has(permission));
  }

  /** Drops what is known of a tenant. @param tenantId in any case */
  invalidate(tenantId: string): void {
    this.#invalidations += 1;
    this.#tenants.delete(keyOf(tenantId));
  }

  /** Drops everything. */
  invalidateAll(): void {
    this.#invalidations += 1;
    this.#tenants.clear();
    this.#accounts.clear();
  }

  #lacking(
    { scopes }: IdentityPrincipal,
    authorization: Authorization | null,
    permissions: readonly string[],
  ): readonly string[] {
    if (authorization?.active !== true) return permissions;
    for (const permission of permissions) {
      if (this.#holds(authorization, scopes, permission)) continue;
      return permissions.filter((each) => !this.#holds(authorization, scopes, each));
    }
    return NONE;
  }

  #holds({ permissions }: Authorization, scopes: readonly string[] | undefined, permission: string): boolean {
    const index = this.#sets.indexOf(permission);
    if (index === undefined || !permissions.has(index)) return false;
    return scopes === undefined || scopes.includes(permission);
  }

  async #afterCheck(tenantId: string, accountId: string): Promise<Authorization | null> {
    const known = this.#tenants.get(keyOf(tenantId));
    if (known === undefined) return this.#read(tenantId, accountId);
    const askedAt = this.#clock.now();
    const state = await this.#store.forTenant(tenantId).state();
    if (state.version !== known.state.version) this.#tenants.delete(keyOf(tenantId));
    else known.checkedAt = askedAt;
    const account = this.#accounts.get(accountId);
    return account !== undefined && account.tenant === this.#tenants.get(keyOf(tenantId))
      ? account
      : this.#read(tenantId, accountId);
  }

  async #read(tenantId: string, accountId: string): Promise<Authorization | null> {
    const askedAt = this.#clock.now();
    const invalidations = this.#invalidations;
    const grants = await this.#store.forTenant(tenantId).grants(accountId);
    if (grants === null) return null;
    const tenant = this.#tenantEntry(tenantId, grants.state, { askedAt, invalidations });
    const entry: AccountEntry = {
      tenant,
      tenantEpoch: grants.state.epoch,
      accountEpoch: grants.epoch,
      active: grants.status === 'active',
      idle: grants.state.idle,
      endedSessions: grants.endedSessions,
      apiKeys: grants.apiKeys,
      permissions: this.#sets.of(this.#permissionsOf(tenantId, grants)),
    };
    this.#accounts.set(accountId, entry);
    return entry;
  }

  /** What was read while a change was announced may be older than it: it is used once and not kept. */
  #tenantEntry(
    tenantId: string,
    state: TenantIdentityState,
    read: { askedAt: number; invalidations: number },
  ): TenantEntry {
    const current = this.#tenants.get(keyOf(tenantId));
    if (current !== undefined && current.state.version === state.version) return current;
    const entry: TenantEntry = { state, checkedAt: read.askedAt };
    const isNewer = current === undefined || state.version > current.state.version;
    if (isNewer && read.invalidations === this.#invalidations) this.#tenants.set(keyOf(tenantId), entry);
    return entry;
  }

  #permissionsOf(tenantId: string, { administrator, permissions }: AccountGrants): string[] {
    if (administrator) return this.#vocabulary.of(tenantId);
    return permissions.filter((permission) => this.#vocabulary.existsIn(tenantId, permission));
  }
}

const NONE: readonly string[] = [];

/** Changes name a tenant in lower case. */
function keyOf(tenantId: string): string {
  return tenantId.toLowerCase();
}
