import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyAttempts } from '../http/api-errors.js';

/** How many attempts are heard. */
export interface LoginLimits {
  /** Attempts per tenant and user in a window. */
  readonly perUser: number;
  /** Attempts per peer address in a window. */
  readonly perAddress: number;
  /** Length of the window, which starts with the first attempt. */
  readonly windowSeconds: number;
}

/** Who tries to log in. */
export interface LoginAttempt {
  readonly tenantId: string;
  /** Name of the user in that tenant, in lower case. */
  readonly name: string;
  /** Address of the peer. */
  readonly address: string;
}

/**
 * Counts log-in attempts in the memory of this process, per peer address and per tenant and user. A refused address is
 * not counted against the user, so that one address can neither lock out many users nor fill the memory with names.
 */
export class LoginAttempts {
  readonly #byAddress: RateLimiterMemory;
  readonly #byUser: RateLimiterMemory;

  constructor({ perUser, perAddress, windowSeconds }: LoginLimits) {
    this.#byAddress = new RateLimiterMemory({ points: perAddress, duration: windowSeconds });
    this.#byUser = new RateLimiterMemory({ points: perUser, duration: windowSeconds });
  }

  /**
   * Counts an attempt before the password is looked at.
   *
   * @throws `TOO_MANY_ATTEMPTS` when the address or the user is over its limit
   */
  async count(attempt: LoginAttempt): Promise<void> {
    await consume(this.#byAddress, attempt.address);
    await consume(this.#byUser, userKey(attempt));
  }

  /** Starts the user's count over, after a success. The address keeps its count. */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await this.#byUser.delete(userKey(attempt));
  }
}

function userKey({ tenantId, name }: LoginAttempt): string {
  return JSON.stringify([tenantId, name]);
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooManyAttempts(Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)));
  }
}
