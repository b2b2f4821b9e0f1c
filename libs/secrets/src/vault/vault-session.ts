import { Logger } from '@nestjs/common';
import type { Timer } from '@tenantry/core/spi';
import { backoffMs, outsideScopes } from '@tenantry/core/spi';
import { SecretsUnavailableError } from '../port/secrets.errors.js';
import { untilAborted } from '../port/until-aborted.js';
import { SharedCheck } from './shared-check.js';
import type { VaultApi } from './vault-api.js';
import { publishToken } from './vault-events.js';
import type { ResolvedVaultOptions } from './vault-options.js';
import { freshToken, isExtended, renewalDelayMs, renewedToken } from './vault-token.js';
import type { VaultToken } from './vault-token.js';

const FIRST_PAUSE_MS = 250;

interface Failure {
  readonly error: unknown;
  readonly attempts: number;
  readonly retryAt: number;
}

/**
 * The login of this process, shared by all tenants. One login at a time; after a failed one there is a delay, in which every
 * caller gets its error. The token is renewed in the background; when a renewal no longer extends it, a new login replaces it, and the
 * old token is used until then.
 */
export class VaultSession {
  readonly #logger = new Logger('VaultSecrets');
  readonly #api: VaultApi;
  readonly #options: ResolvedVaultOptions;
  readonly #secrets: object;
  readonly #closing = new AbortController();
  readonly #liveness: SharedCheck<void>;
  #token: VaultToken | undefined;
  #login: Promise<VaultToken> | undefined;
  #failure: Failure | undefined;
  #timer: Timer | undefined;

  /** @param secrets named in events */
  constructor(api: VaultApi, options: ResolvedVaultOptions, secrets: object) {
    this.#api = api;
    this.#options = options;
    this.#secrets = secrets;
    this.#liveness = new SharedCheck(() => outsideScopes(() => this.#dropDead()));
  }

  /** A token that has not expired. @throws `MT_SECRETS_LOGIN_REFUSED`, `MT_SECRETS_UNAVAILABLE`, the signal's reason */
  async token(signal: AbortSignal): Promise<VaultToken> {
    this.#assertOpen();
    if (this.#token !== undefined && this.#options.clock.now() < this.#token.expiresAt) return this.#token;
    return untilAborted(signal, this.#loggedIn());
  }

  /**
   * Another token in place of one that was answered 403, or `null` when that one is alive, so that the answer is final.
   *
   * @throws as {@link token}
   */
  async replacement(rejected: VaultToken, signal: AbortSignal): Promise<VaultToken | null> {
    if (this.#isCurrent(rejected)) await untilAborted(signal, this.#liveness.run());
    return this.#isCurrent(rejected) ? null : this.token(signal);
  }

  /** Ends renewals and requests under way. */
  close(): void {
    this.#closing.abort(closedError());
    this.#timer?.clear();
    this.#token = undefined;
  }

  #isCurrent({ value }: VaultToken): boolean {
    return this.#token?.value === value;
  }

  /** Drops the token when the server does not know it any more. */
  async #dropDead(): Promise<void> {
    const token = this.#token;
    if (token === undefined || (await this.#api.isAlive(token.value, this.#closing.signal))) return;
    if (this.#isCurrent(token)) this.#token = undefined;
  }

  #loggedIn(): Promise<VaultToken> {
    const failure = this.#failure;
    if (failure !== undefined && this.#options.clock.now() < failure.retryAt) return Promise.reject(failure.error);
    this.#login ??= outsideScopes(() => this.#logIn()).finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #logIn(): Promise<VaultToken> {
    try {
      const granted = await this.#api.login(this.#closing.signal);
      this.#assertOpen();
      this.#failure = undefined;
      return this.#use(freshToken(granted, this.#options.clock.now()));
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  #note(error: unknown): void {
    const attempts = (this.#failure?.attempts ?? 0) + 1;
    if (attempts === 1 && !this.#closing.signal.aborted) this.#logger.warn(String(error));
    this.#failure = { error, attempts, retryAt: this.#options.clock.now() + this.#pauseMs(attempts) };
  }

  #pauseMs(attempts: number): number {
    return backoffMs(attempts, FIRST_PAUSE_MS, this.#options.random());
  }

  #use(token: VaultToken): VaultToken {
    this.#token = token;
    publishToken({ secrets: this.#secrets, leaseMs: token.leaseMs });
    const delayMs = renewalDelayMs(token, this.#options.random());
    if (delayMs === null) this.#timer?.clear();
    else this.#renewIn(delayMs, 0);
    return token;
  }

  /** @param failures renewals that failed in a row */
  #renewIn(delayMs: number, failures: number): void {
    this.#timer?.clear();
    this.#timer = this.#options.clock.setTimer(() => void outsideScopes(() => this.#renew(failures)), delayMs);
  }

  /** Never rejects. While the server is away, it is tried again: the token serves until it expires. */
  async #renew(failures: number): Promise<void> {
    const token = this.#token;
    if (token === undefined) return;
    try {
      if (!(await this.#isRenewed(token))) await this.#loggedIn();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      if (failures === 0)
        this.#logger.warn(`The token could not be renewed; it serves until it expires. ${String(error)}`);
      this.#renewIn(this.#pauseMs(failures + 1), failures + 1);
    }
  }

  async #isRenewed(token: VaultToken): Promise<boolean> {
    if (!token.renewable || !isExtended(token)) return false;
    const granted = await this.#api.renew(token.value, this.#closing.signal);
    if (!this.#isCurrent(token)) return true;
    if (granted === null) return false;
    const renewed = renewedToken(token, granted, this.#options.clock.now());
    this.#token = renewed;
    if (!isExtended(renewed)) return false;
    this.#use(renewed);
    return true;
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }
}

function closedError(): SecretsUnavailableError {
  return new SecretsUnavailableError('they are closed, because the application is shutting down');
}
