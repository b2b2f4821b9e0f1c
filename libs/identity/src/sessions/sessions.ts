import { SessionEndedError, SessionUnknownError } from '../port/identity.errors.js';
import type { IdentityAudit } from '../port/identity-audit.js';
import type { IdentityPrincipal } from '../port/identity-principal.js';
import type { IdentityStore } from '../port/identity-store.js';
import type { SessionSummary, StoredSession, TenantIdle } from '../port/session.js';
import type { Authorization, Authorizations } from '../permissions/authorizations.js';
import type { Inactivity } from './inactivity.js';
import { assertIdle } from './session-options.js';
import type { ResolvedSessionOptions } from './session-options.js';
import type { SessionClaims, SessionTokens } from './session-tokens.js';

/** What a log-in or a refresh gives. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: 'Bearer';
  /** Life of the access token in seconds. */
  readonly expiresIn: number;
}

/** A session to open, for an account whose credentials were checked just now. */
export interface SessionOpening {
  readonly tenantId: string;
  readonly accountId: string;
  /** Address of the peer, shown to the user. */
  readonly address?: string;
  /** `User-Agent` of the peer, shown to the user; cut at 200 characters. */
  readonly userAgent?: string;
}

/** What {@link Sessions} works with. */
export interface SessionsParts {
  readonly store: IdentityStore;
  readonly tokens: SessionTokens;
  readonly authorizations: Authorizations;
  readonly inactivity: Inactivity;
  readonly audit: IdentityAudit;
  readonly options: ResolvedSessionOptions;
}

const MAX_USER_AGENT = 200;

/**
 * Sessions of users: a short access token, and a refresh token that is good for one use. Whether a session holds is decided from memory
 * at each request, by the epochs of tenant and account; what ends one is effective at once here and on other nodes when they read the log.
 */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Opens a session. @throws `MT_ACCOUNT_UNKNOWN`, also for a disabled account */
  async open({ tenantId, accountId, address, userAgent }: SessionOpening): Promise<IssuedTokens> {
    const { inactivity, store, options, audit } = this.#parts;
    const tenant = store.forTenant(tenantId);
    // Sessions from before a long pause end now, and not at the first request of the new one.
    await inactivity.used(tenantId, (await tenant.state()).idle);
    const session = await tenant.openSession({
      accountId,
      lifetimeMs: options.lifetimeMs,
      address: address ?? null,
      userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    });
    audit.publish({ action: 'session.opened', tenantId, accountId, actorId: accountId });
    return this.#issue(tenantId, session);
  }

  /**
   * Exchanges a refresh token for new tokens. One that was used before ends the session: it was copied.
   *
   * @param tenantId the tenant that the request named
   * @throws `MT_SESSION_ENDED`
   */
  async refresh(tenantId: string, refreshToken: string): Promise<IssuedTokens> {
    const { tokens, inactivity, store } = this.#parts;
    const claims = await tokens.verify('refresh', refreshToken);
    if (claims.tenantId !== tenantId) throw new SessionEndedError(tenantId);
    const tenant = store.forTenant(tenantId);
    await inactivity.used(tenantId, (await tenant.state()).idle);
    const outcome = await tenant.refreshSession(claims.sessionId, claims.generation);
    if (outcome.kind === 'refreshed') return this.#issue(tenantId, outcome.session);
    if (outcome.kind === 'reused') await this.#endCopied(claims);
    throw new SessionEndedError(tenantId);
  }

  /** Whom a verified access token stands for now. @throws `MT_SESSION_ENDED`, and the store's error when it cannot be read */
  async principalOf(claims: SessionClaims): Promise<IdentityPrincipal> {
    const { tenantId, accountId, name, sessionId } = claims;
    const found = await this.#parts.authorizations.of(tenantId, accountId);
    if (found === null || !isGood(claims, found)) throw new SessionEndedError(tenantId);
    const epoch = await this.#parts.inactivity.used(tenantId, found.idle);
    if (epoch !== null && epoch > claims.tenantEpoch) {
      this.#parts.authorizations.invalidate(tenantId);
      throw new SessionEndedError(tenantId);
    }
    return { tenantId, accountId, name, sessionId };
  }

  /** Sessions that are good, newest first, 1,000 at most. @param accountId of one account; `null` = of the whole tenant */
  list(tenantId: string, accountId: string | null): Promise<SessionSummary[]> {
    return this.#parts.store.forTenant(tenantId).listSessions(accountId);
  }

  /**
   * Ends one session.
   *
   * @param accountId whose session it must be; `null` = any account of the tenant
   * @throws `MT_SESSION_UNKNOWN`
   */
  async end(tenantId: string, sessionId: string, accountId: string | null): Promise<void> {
    const isEnded = await this.#parts.store.forTenant(tenantId).endSession(sessionId, accountId);
    this.#ended('session.ended', tenantId, accountId);
    if (!isEnded) throw new SessionUnknownError(tenantId);
  }

  /** Ends every session of an account. */
  async endAccount(tenantId: string, accountId: string): Promise<void> {
    await this.#parts.store.forTenant(tenantId).endAccountSessions(accountId);
    this.#ended('session.account-ended', tenantId, accountId);
  }

  /** Ends every session of a tenant. */
  async endTenant(tenantId: string): Promise<void> {
    await this.#parts.store.forTenant(tenantId).endTenantSessions();
    this.#ended('session.tenant-ended', tenantId, null);
  }

  /** Sets the tenant's own rule about inactivity, which only makes the operator's stricter; `null` removes it. @throws `MT_OPTIONS_INVALID` */
  async setIdle(tenantId: string, idle: TenantIdle | null): Promise<void> {
    if (idle !== null) assertIdle('idle', idle);
    await this.#parts.store.forTenant(tenantId).setIdle(idle);
    this.#ended('session.idle-set', tenantId, null);
  }

  async #endCopied({ tenantId, sessionId, accountId }: SessionClaims): Promise<void> {
    await this.#parts.store.forTenant(tenantId).endSession(sessionId, accountId);
    this.#ended('session.reused', tenantId, accountId);
  }

  #ended(action: string, tenantId: string, accountId: string | null): void {
    this.#parts.authorizations.invalidate(tenantId);
    this.#parts.audit.publish({ action, tenantId, accountId: accountId ?? undefined });
  }

  async #issue(tenantId: string, session: StoredSession): Promise<IssuedTokens> {
    const { tokens } = this.#parts;
    const [accessToken, refreshToken] = await Promise.all([
      tokens.access(tenantId, session),
      tokens.refresh(tenantId, session),
    ]);
    return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: tokens.accessSeconds };
  }
}

function isGood({ tenantEpoch, accountEpoch, sessionId }: SessionClaims, now: Authorization): boolean {
  return (
    now.active &&
    now.tenantEpoch === tenantEpoch &&
    now.accountEpoch === accountEpoch &&
    !now.endedSessions.includes(sessionId)
  );
}
