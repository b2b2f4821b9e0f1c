import { outsideScopes } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';
import type { CryptoKey } from 'jose';
import { fetchJwks } from './fetch-jwks.js';
import { IssuerUnavailableError } from './jwt.errors.js';
import { KeySet } from './key-source.js';
import type { KeyQuery, KeySource } from './key-source.js';

/** How the keys of an issuer are fetched, checked. */
export interface RemoteKeysOptions {
  readonly url: string;
  readonly cacheMs: number;
  readonly coolDownMs: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const FIRST_PAUSE_MS = 1_000;

/**
 * The keys that an issuer publishes. One fetch at a time, and none within the cool-down after the last one; after a
 * failure the retry delay is one second and doubles up to the cool-down.
 *
 * Keys older than `cacheMs` are refreshed in the background; at twice that age the request waits for the refresh. When a
 * refresh fails, the known keys are still used, and only a token of an unknown key is refused with the outage.
 */
export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  readonly #clock: Clock;
  #known: { readonly keys: KeySet; readonly fetchedAt: number } | undefined;
  #pending: Promise<void> | undefined;
  #pausedUntil = -Infinity;
  #failure: { readonly cause: unknown; readonly pauseMs: number } | undefined;

  constructor(options: RemoteKeysOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async find(query: KeyQuery): Promise<CryptoKey | null> {
    await this.#renewed();
    const key = await this.#known?.keys.find(query);
    if (key) return key;
    await this.#fetched();
    if (this.#failure) throw this.#outage(this.#failure.cause);
    return (await this.#known?.keys.find(query)) ?? null;
  }

  #renewed(): Promise<void> | undefined {
    if (!this.#known) return this.#fetched();
    const age = this.#clock.now() - this.#known.fetchedAt;
    if (age <= this.#options.cacheMs) return undefined;
    const fetched = this.#fetched();
    return age > 2 * this.#options.cacheMs && !this.#failure ? fetched : undefined;
  }

  /** Resolves, and never rejects, once the running fetch is over; starts one unless it is too soon. */
  #fetched(): Promise<void> | undefined {
    if (this.#pending) return this.#pending;
    if (this.#clock.now() < this.#pausedUntil) return undefined;
    // The fetch, and what its sockets keep, must not belong to the request that happened to start it.
    const pending = outsideScopes(() => this.#fetch());
    this.#pending = pending;
    return pending;
  }

  async #fetch(): Promise<void> {
    const { coolDownMs } = this.#options;
    try {
      const keys = new KeySet(await fetchJwks({ ...this.#options, clock: this.#clock }));
      this.#known = { keys, fetchedAt: this.#clock.now() };
      this.#failure = undefined;
    } catch (cause) {
      const pauseMs = Math.min(this.#failure ? 2 * this.#failure.pauseMs : FIRST_PAUSE_MS, coolDownMs);
      this.#failure = { cause, pauseMs };
    }
    this.#pausedUntil = this.#clock.now() + (this.#failure?.pauseMs ?? coolDownMs);
    this.#pending = undefined;
  }

  #outage(cause: unknown): IssuerUnavailableError {
    const leftMs = Math.max(0, this.#pausedUntil - this.#clock.now());
    return new IssuerUnavailableError('The signing keys of the issuer cannot be fetched', cause, leftMs);
  }
}
