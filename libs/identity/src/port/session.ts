/** What a tenant wants to happen after a time without use by a person; it can only be stricter than the operator's rule. */
export interface TenantIdle {
  /** `reload` = sessions stay; `require-login` = every session of the tenant ends. */
  readonly policy: 'reload' | 'require-login';
  /** Milliseconds without use by a person. */
  readonly afterMs: number;
}

/** A session as it is kept. */
export interface StoredSession {
  /** UUID. */
  readonly id: string;
  readonly accountId: string;
  /** Name of the account. */
  readonly name: string;
  /** Grows with each refresh: a refresh token is good for one generation. */
  readonly generation: number;
  /** Epochs of tenant and account when the session was opened. */
  readonly tenantEpoch: number;
  readonly accountEpoch: number;
}

/** A session as it is shown to its user. */
export interface SessionSummary {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  readonly expiresAt: Date;
}

/** A session to open. */
export interface NewSession {
  readonly accountId: string;
  readonly lifetimeMs: number;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What became of a refresh. `reused` = the generation was used before: the token was copied. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly session: StoredSession }
  | { readonly kind: 'reused' }
  | { readonly kind: 'ended' };

/** An API key as it is kept: never the key itself. */
export interface StoredApiKey {
  /** UUID. */
  readonly id: string;
  /** SHA-256 of the secret, base64url. */
  readonly hash: string;
  /** Permissions that the key has at most. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; `null` = it does not expire. */
  readonly expiresAtMs: number | null;
}

/** An API key as it is shown to its user. */
export interface ApiKeySummary {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** An API key to add. */
export interface NewApiKey {
  readonly accountId: string;
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly string[];
  /** Milliseconds from now; `null` = it does not expire. */
  readonly lifetimeMs: number | null;
}

/** Sessions and API keys of one tenant. Each call is atomic; all times are those of the database's clock. */
export interface TenantSessionStore {
  /** Opens a session with the current epochs. @throws `MT_ACCOUNT_UNKNOWN`, also for a disabled account */
  openSession(session: NewSession): Promise<StoredSession>;
  /** Advances the generation of a session that is still good. */
  refreshSession(sessionId: string, generation: number): Promise<RefreshOutcome>;
  /** Sessions that are good, newest first, 1,000 at most; of one account, or of all. */
  listSessions(accountId: string | null): Promise<SessionSummary[]>;
  /** Ends a session and advances the version; `false` = there is none, or not of that account. */
  endSession(sessionId: string, accountId: string | null): Promise<boolean>;
  /** Ends every session of an account. */
  endAccountSessions(accountId: string): Promise<void>;
  /** Ends every session of the tenant. */
  endTenantSessions(): Promise<void>;

  /**
   * Records use by a person, and ends every session first when the last use was longer ago. One statement: of several nodes that do it
   * at once, one ends them.
   *
   * @returns the tenant's epoch afterwards
   */
  touch(idleMs: number): Promise<number>;
  /** Sets the tenant's own rule; `null` removes it. The time without use begins now. */
  setIdle(idle: TenantIdle | null): Promise<void>;

  addApiKey(key: NewApiKey): Promise<ApiKeySummary>;
  /** Keys of an account, oldest first. */
  listApiKeys(accountId: string): Promise<ApiKeySummary[]>;
  /** Removes a key of an account and advances the version; `false` = there is none. */
  removeApiKey(keyId: string, accountId: string): Promise<boolean>;
}
