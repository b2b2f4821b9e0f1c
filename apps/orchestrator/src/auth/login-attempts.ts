import type { Clock } from '@tenantry/core';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyAttempts } from '../http/api-errors.js';

/** How many attempts are evaluated at full speed. */
export interface LoginLimits {
  /** Attempts per tenant, user and peer address in a window; more are slowed down. */
  readonly perUser: number;
  /** Attempts per peer address in a window; more are refused. */
  readonly perAddress: number;
  /** Length of the window, which starts with the first attempt. */
  readonly windowSeconds: number;
}

/** An attempt to log in. */
export interface LoginAttempt {
  readonly tenantId: string;
  /** Name of the user in that tenant, in lower case. */
  readonly name: string;
  /** Address of the peer. */
  readonly address: string;
}

/** From how many times `perUser` on, attempts of a user from all addresses together are slowed down. */
const ADDRESSES_PER_USER = 10;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 2_000;

/**
 * Counts log-in attempts in the memory of this process. An address over its limit is refused; it is not counted against users.
 * A user is never locked out: attempts over the limits of the user are only slowed down, each in turn twice as long as the one
 * before, and wrong passwords from one address do not delay the user at another.
 */
export class LoginAttempts {
  readonly #byAddress: RateLimiterMemory;
  readonly #byUserAndAddress: RateLimiterMemory;
  readonly #byUser: RateLimiterMemory;
  readonly #clock: Clock;

  constructor({ perUser, perAddress, windowSeconds: duration }: LoginLimits, clock: Clock) {
    this.#byAddress = new RateLimiterMemory({ points: perAddress, duration });
    this.#byUserAndAddress = new RateLimiterMemory({ points: perUser, duration });
    this.#byUser = new RateLimiterMemory({ points: perUser * ADDRESSES_PER_USER, duration });
    this.#clock = clock;
  }

  /**
   * Counts an attempt before the password is checked, and waits where the user is over a limit.
   *
   * @throws `TOO_MANY_ATTEMPTS` when the address is over its limit
   */
  async count(attempt: LoginAttempt): Promise<void> {
    const refused = await refusalOf(this.#byAddress, attempt.address);
    if (refused) throw tooManyAttempts(Math.max(1, Math.ceil(refused.msBeforeNext / 1_000)));
    const over = [
      await excessOf(this.#byUserAndAddress, userAndAddressKey(attempt)),
      await excessOf(this.#byUser, userKey(attempt)),
    ];
    await this.#delay(Math.max(...over));
  }

  /** Resets the user's counts, after a success. The address keeps its count. */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await Promise.all([
      this.#byUserAndAddress.delete(userAndAddressKey(attempt)),
      this.#byUser.delete(userKey(attempt)),
    ]);
  }

  async #delay(excess: number): Promise<void> {
    if (excess <= 0) return;
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (excess - 1));
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, delayMs));
  }
}

function userKey({ tenantId, name }: LoginAttempt): string {
  return JSON.stringify([tenantId, name]);
}

function userAndAddressKey({ tenantId, name, address }: LoginAttempt): string {
  return JSON.stringify([tenantId, name, address]);
}

/** How many attempts over its limit a key has made with this one; 0 = none. */
async function excessOf(limiter: RateLimiterMemory, key: string): Promise<number> {
  const refusal = await refusalOf(limiter, key);
  return refusal ? Math.max(1, refusal.consumedPoints - limiter.points) : 0;
}

async function refusalOf(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
