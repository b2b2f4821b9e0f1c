import type { StoredApiKey, TenantIdle } from './session.js';

/** Whether an account may log in. */
export type AccountStatus = 'active' | 'disabled';

/** An account of one tenant. */
export interface Account {
  /** UUID, never reused. */
  readonly id: string;
  /** User store that checks its credentials; `PRIMARY` = the password that is kept with the account. */
  readonly store: string;
  /** ASCII in lower case; unique within tenant and store. */
  readonly name: string;
  /** In lower case; unique within the tenant. `null` = not known. */
  readonly email: string | null;
  /** Whether the user has proved to read mail at that address. */
  readonly emailVerified: boolean;
  readonly status: AccountStatus;
  /** Names of its roles, sorted. */
  readonly roles: readonly string[];
  /** Grows when all sessions of the account end. */
  readonly epoch: number;
}

/** A role of one tenant. */
export interface Role {
  readonly name: string;
  /** Whether it holds every permission of the tenant; true for `admin` alone. */
  readonly administrator: boolean;
  /** Sorted; empty for `admin`, which needs none. */
  readonly permissions: readonly string[];
}

/** What sessions and permissions of a tenant are measured against. */
export interface TenantIdentityState {
  /** Grows when all sessions of the tenant end. */
  readonly epoch: number;
  /** Grows with each change of accounts, roles and sessions that other nodes must see. */
  readonly version: number;
  /** The tenant's own rule about inactivity; `null` = it has none. */
  readonly idle: TenantIdle | null;
}

/** What the permissions of one account are made from, read at one moment. */
export interface AccountGrants {
  readonly state: TenantIdentityState;
  readonly status: AccountStatus;
  readonly epoch: number;
  readonly administrator: boolean;
  /** Of all its roles together, each once, in any order. */
  readonly permissions: readonly string[];
  /** Ids of its sessions that were ended one by one within the last hour, the longest life of an access token. */
  readonly endedSessions: readonly string[];
  readonly apiKeys: readonly StoredApiKey[];
}
