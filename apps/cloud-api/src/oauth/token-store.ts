import { Inject, Injectable } from '@nestjs/common';
import { CLOUD_API_OPTIONS } from '../cloud-api.tokens.js';
import type { ResolvedCloudApiOptions } from '../cloud-api.options.js';
import type { AuthenticatedClient } from './client-store.js';
import { digest } from './digest.js';

const MAX_TOKENS_PER_CLIENT = 100;

/** A token that is on record; the token itself is not kept. */
export interface TokenRecord extends AuthenticatedClient {
  /** When it ends, on the clock of the options. */
  readonly expiresAtMs: number;
}

/** The live tokens, by hash. A client has 100 at most: beyond that its oldest ends early. */
@Injectable()
export class TokenStore {
  readonly #records = new Map<string, TokenRecord>();
  readonly #keysByClient = new Map<string, Set<string>>();
  readonly #clock: () => number;
  readonly #lifetimeMs: number;

  constructor(@Inject(CLOUD_API_OPTIONS) options: ResolvedCloudApiOptions) {
    this.#clock = options.clock;
    this.#lifetimeMs = options.tokenLifetimeSeconds * 1000;
  }

  /** How many tokens are on record. */
  get size(): number {
    return this.#records.size;
  }

  /** Puts a client's new token on record and drops what the client has expired or in excess. */
  save(token: string, { clientId, account }: AuthenticatedClient): void {
    const key = keyOf(token);
    this.#prune(clientId);
    this.#records.set(key, { clientId, account, expiresAtMs: this.#clock() + this.#lifetimeMs });
    this.#keysOf(clientId).add(key);
  }

  /** Looks a token up; `null` when it is unknown or has expired. */
  find(token: string): TokenRecord | null {
    const key = keyOf(token);
    const record = this.#records.get(key);
    if (!record) return null;
    if (!this.#hasExpired(record)) return record;
    this.#delete(key, record);
    return null;
  }

  /** Ends all tokens of an account. */
  deleteAccount(account: string): void {
    for (const [key, record] of this.#records) {
      if (record.account === account) this.#delete(key, record);
    }
  }

  #prune(clientId: string): void {
    const keys = this.#keysOf(clientId);
    for (const key of keys) {
      const record = this.#records.get(key);
      if (record && (this.#hasExpired(record) || keys.size >= MAX_TOKENS_PER_CLIENT)) this.#delete(key, record);
    }
  }

  #delete(key: string, record: TokenRecord): void {
    this.#records.delete(key);
    this.#keysOf(record.clientId).delete(key);
  }

  #keysOf(clientId: string): Set<string> {
    const known = this.#keysByClient.get(clientId) ?? new Set<string>();
    this.#keysByClient.set(clientId, known);
    return known;
  }

  #hasExpired(record: TokenRecord): boolean {
    return this.#clock() >= record.expiresAtMs;
  }
}

function keyOf(token: string): string {
  return digest(token).toString('base64');
}
