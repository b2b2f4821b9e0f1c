import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOUD_API_OPTIONS } from '../cloud-api.tokens.js';
import type { ResolvedCloudApiOptions } from '../cloud-api.options.js';
import type { NewServer, ServerListQuery } from './server-input.js';
import type { Server, ServerPage } from './server.js';

const MAX_SERVERS_PER_ACCOUNT = 1000;

interface StoredServer {
  /** Grows with each server of the store, so that a page can continue where the one before ended. */
  readonly sequence: number;
  readonly server: Server;
}

/** The servers of every account, in memory. An account reaches its own only, and has 1,000 at most. */
@Injectable()
export class ServerStore {
  readonly #accounts = new Map<string, Map<string, StoredServer>>();
  readonly #clock: () => number;
  #sequence = 0;

  constructor(@Inject(CLOUD_API_OPTIONS) options: ResolvedCloudApiOptions) {
    this.#clock = options.clock;
  }

  /** Adds a server; `null` when the account has 1,000 already. */
  add(account: string, { name, size }: NewServer): Server | null {
    const servers = this.#serversOf(account);
    if (servers.size >= MAX_SERVERS_PER_ACCOUNT) return null;
    const createdAt = new Date(this.#clock()).toISOString();
    const server: Server = Object.freeze({ id: randomUUID(), name, size, status: 'running', createdAt });
    this.#sequence += 1;
    servers.set(server.id, { sequence: this.#sequence, server });
    return server;
  }

  /** Lists one page, oldest first. */
  list(account: string, { limit, after }: ServerListQuery): ServerPage {
    const rest = [...this.#serversOf(account).values()].filter(({ sequence }) => sequence > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return { items: page.map(({ server }) => server), next: last && rest.length > limit ? `${last.sequence}` : null };
  }

  /** Finds a server; `null` when the account has none of this id. */
  find(account: string, id: string): Server | null {
    return this.#serversOf(account).get(id)?.server ?? null;
  }

  /** Deletes a server; `false` when the account has none of this id. */
  delete(account: string, id: string): boolean {
    return this.#serversOf(account).delete(id);
  }

  #serversOf(account: string): Map<string, StoredServer> {
    const servers = this.#accounts.get(account) ?? new Map<string, StoredServer>();
    this.#accounts.set(account, servers);
    return servers;
  }
}
