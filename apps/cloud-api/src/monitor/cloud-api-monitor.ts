import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { CLOUD_API_OPTIONS } from '../cloud-api.tokens.js';
import type { ResolvedCloudApiOptions } from '../cloud-api.options.js';
import { TokenStore } from '../oauth/token-store.js';
import { AccountTraffic } from './account-traffic.js';
import type { AccountHold } from './account-traffic.js';

/** The two faces of the service: the resource API under `/v1`, and the token endpoint. */
export type CloudApiSurface = 'api' | 'token';

/** What one account has done since the start. */
export interface AccountCounts {
  /** Token requests with good credentials. */
  readonly tokenRequests: number;
  /** Requests to the API with a good token. */
  readonly apiRequests: number;
}

/**
 * Counts each account's requests and makes an account fail on purpose: for tests and for the operator's own process,
 * never over HTTP. Get it with `app.get(CloudApiMonitor)`. Every method throws a `RangeError` for an unknown account.
 */
@Injectable()
export class CloudApiMonitor implements OnModuleDestroy {
  readonly #traffic: ReadonlyMap<string, Readonly<Record<CloudApiSurface, AccountTraffic>>>;
  readonly #tokens: TokenStore;

  constructor(@Inject(CLOUD_API_OPTIONS) options: ResolvedCloudApiOptions, tokens: TokenStore) {
    const accounts = options.clients.map(({ account }) => account);
    this.#traffic = new Map(
      accounts.map((account) => [account, { api: new AccountTraffic(), token: new AccountTraffic() }]),
    );
    this.#tokens = tokens;
  }

  /** Reads the counts of an account. */
  countsOf(account: string): AccountCounts {
    const tokenRequests = this.trafficOf(account, 'token').requests;
    return { tokenRequests, apiRequests: this.trafficOf(account, 'api').requests };
  }

  /**
   * Answers every later request of an account with an error, until it is switched off.
   *
   * @param status 400 to 599; `null` serves the account again
   * @param surface which requests; default `'api'`
   * @throws RangeError for another status
   */
  failAccount(account: string, status: number | null, surface: CloudApiSurface = 'api'): void {
    if (status !== null && !(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new RangeError(`status ${status} is not allowed: use 400 to 599, or null to serve the account again.`);
    }
    this.trafficOf(account, surface).failWith(status);
  }

  /**
   * Leaves every later request of an account without an answer until the hold is released or the service closes.
   *
   * @param surface which requests; default `'api'`
   */
  holdAccount(account: string, surface: CloudApiSurface = 'api'): AccountHold {
    return this.trafficOf(account, surface).hold();
  }

  /** Makes every token of an account invalid at once. */
  revokeTokens(account: string): void {
    this.trafficOf(account, 'token');
    this.#tokens.deleteAccount(account);
  }

  /** The account's traffic on one surface. The service itself reports here. */
  trafficOf(account: string, surface: CloudApiSurface): AccountTraffic {
    const traffic = this.#traffic.get(account);
    if (!traffic) throw new RangeError(`There is no account ${JSON.stringify(account)}. Add a client of it first.`);
    return traffic[surface];
  }

  /** Releases every hold, so that the service closes at once. */
  onModuleDestroy(): void {
    for (const { api, token } of this.#traffic.values()) {
      api.release();
      token.release();
    }
  }
}
