import type { Clock } from '@tenantry/core';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { LoginLimitedError } from '../port/identity.errors.js';

/** How many attempts are evaluated at full speed in a window. */
export interface LoginLimitOptions {
  /** Attempts per account and address; more are slowed. Default 10. From all addresses together: ten times as many. */
  readonly perAccount?: number;
  /** Attempts per address; more are refused. Default 100. */
  readonly perAddress?: number;
  /** Attempts per e-mail address across tenants; more are slowed. Default 20. */
  readonly perEmail?: number;
  /** Length of the window, which starts with the first attempt. Default 900. */
  readonly windowSeconds?: number;
  /** Makes one counter, for example over Redis, so that all nodes count together. Default: in memory. */
  readonly counter?: (options: {
    readonly keyPrefix: string;
    readonly points: number;
    readonly duration: number;
  }) => RateLimiterAbstract;
}

/** An attempt to log in. */
export interface LoginAttempt {
  readonly tenantId: string;
  /** Canonical name of the account. */
  readonly name: string;
  /** Address of the peer. */
  readonly address: string;
}

const ADDRESSES_PER_ACCOUNT = 10;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 2_000;

/**
 * Counts log-in attempts. An address over its limit is refused. An account is never locked: attempts over its limits are
 * slowed, each twice as long as the one before, and wrong passwords from one address do not delay the user at another.
 */
export class LoginLimits {
  readonly #byAddress: RateLimiterAbstract;
  readonly #byAccountAndAddress: RateLimiterAbstract;
  readonly #byAccount: RateLimiterAbstract;
  readonly #byEmail: RateLimiterAbstract;
  readonly #clock: Clock;

  constructor(options: LoginLimitOptions, clock: Clock) {
    const { perAccount = 10, perAddress = 100, perEmail = 20, windowSeconds: duration = 900 } = options;
    const { counter = (limits) => new RateLimiterMemory(limits) } = options;
    this.#byAddress = counter({ keyPrefix: 'login-address', points: perAddress, duration });
    this.#byAccountAndAddress = counter({ keyPrefix: 'login-account-address', points: perAccount, duration });
    this.#byAccount = counter({ keyPrefix: 'login-account', points: perAccount * ADDRESSES_PER_ACCOUNT, duration });
    this.#byEmail = counter({ keyPrefix: 'login-email', points: perEmail, duration });
    this.#clock = clock;
  }

  /**
   * Counts an attempt before the account is read, and waits where a limit of the account is exceeded.
   *
   * @throws `MT_LOGIN_LIMITED` when the address is over its limit
   */
  async count(attempt: LoginAttempt): Promise<void> {
    const refused = await refusalOf(this.#byAddress, attempt.address);
    if (refused) throw new LoginLimitedError(refused.msBeforeNext);
    const over = await Promise.all([
      excessOf(this.#byAccountAndAddress, accountAndAddressKey(attempt)),
      excessOf(this.#byAccount, accountKey(attempt)),
    ]);
    await this.#delay(Math.max(...over));
  }

  /**
   * Counts an attempt by the e-mail of the account, over all tenants, and waits where its limit is exceeded. An account without
   * one, or none at all, is counted by the name that was given.
   */
  async countEmail(email: string): Promise<void> {
    await this.#delay(await excessOf(this.#byEmail, email));
  }

  /** Resets the counts of the account, after a success. The address and the e-mail keep theirs. */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await Promise.all([
      this.#byAccountAndAddress.delete(accountAndAddressKey(attempt)),
      this.#byAccount.delete(accountKey(attempt)),
    ]);
  }

  async #delay(excess: number): Promise<void> {
    if (excess <= 0) return;
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (excess - 1));
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, delayMs));
  }
}

function accountKey({ tenantId, name }: LoginAttempt): string {
  return JSON.stringify([tenantId, name]);
}

function accountAndAddressKey({ tenantId, name, address }: LoginAttempt): string {
  return JSON.stringify([tenantId, name, address]);
}

/** How many attempts over its limit a key has made with this one; 0 = none. */
async function excessOf(limiter: RateLimiterAbstract, key: string): Promise<number> {
  const refusal = await refusalOf(limiter, key);
  return refusal ? Math.max(1, refusal.consumedPoints - limiter.points) : 0;
}

async function refusalOf(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
