import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOUD_API_OPTIONS } from '../cloud-api.tokens.js';
import type { ResolvedCloudApiClient, ResolvedCloudApiOptions } from '../cloud-api.options.js';
import { digest } from './digest.js';

/** A client that has proven who it is. */
export interface AuthenticatedClient {
  readonly clientId: string;
  readonly account: string;
}

/** The OAuth2 clients, with their secrets as hashes only. */
@Injectable()
export class ClientStore {
  readonly #clients: ReadonlyMap<string, ResolvedCloudApiClient>;
  readonly #noClient: ResolvedCloudApiClient = { clientId: '', account: '', secretDigest: Buffer.alloc(32) };

  constructor(@Inject(CLOUD_API_OPTIONS) options: ResolvedCloudApiOptions) {
    this.#clients = new Map(options.clients.map((client) => [client.clientId, client]));
  }

  /**
   * Checks a client's credentials. An unknown client costs the same time as a wrong secret.
   *
   * @returns the client, or `null` when the credentials are not good
   */
  authenticate(clientId: string, clientSecret: string): AuthenticatedClient | null {
    const client = this.#clients.get(clientId) ?? this.#noClient;
    const matches = timingSafeEqual(client.secretDigest, digest(clientSecret));
    return matches && client !== this.#noClient ? { clientId: client.clientId, account: client.account } : null;
  }
}
