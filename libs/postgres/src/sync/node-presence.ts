import { randomUUID } from 'node:crypto';
import type { TenantSync } from '@tenantry/core/spi';
import type { SqlDatabase } from '../sql/sql-database.js';

/** What a {@link NodePresence} works with. */
export interface NodePresenceParts {
  readonly database: SqlDatabase;
  readonly node: Pick<TenantSync, 'pending' | 'closed'>;
  /** Receives failures; the write is tried again at the next reading. */
  readonly onError: (error: unknown) => void;
}

const RECORD = `
  insert into tenantry.nodes (id, drained_to) values ($1::uuid, $2::bigint)
  on conflict (id) do update set drained_to = excluded.drained_to, seen_at = clock_timestamp()`;

/**
 * Keeps this node on record, with the version of the log up to which it has applied the changes and closed the clients of the
 * blocked tenants. One write at a time; each reading of the log is a heartbeat.
 */
export class NodePresence {
  readonly #parts: NodePresenceParts;
  readonly #id = randomUUID();
  #drainedTo = 0;
  #isStale = false;
  #writing: Promise<void> | undefined;
  #ended = false;

  constructor(parts: NodePresenceParts) {
    this.#parts = parts;
  }

  /** Takes note that everything up to a version is applied here. Returns at once and never throws. */
  hasRead(position: number): void {
    this.#write();
    // What waits for the catalog may still find clients to close: the next reading comes in a few seconds.
    if (this.#parts.node.pending > 0) return;
    void this.#parts.node.closed().then(() => {
      if (position <= this.#drainedTo) return;
      this.#drainedTo = position;
      this.#write();
    });
  }

  /** Takes the node off the record. Never rejects. Idempotent. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#writing;
    await this.#attempt('delete from tenantry.nodes where id = $1::uuid', [this.#id]);
  }

  #write(): void {
    this.#isStale = true;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#isStale && !this.#ended) {
      this.#isStale = false;
      await this.#attempt(RECORD, [this.#id, this.#drainedTo]);
    }
    this.#writing = undefined;
  }

  async #attempt(text: string, params: readonly unknown[]): Promise<void> {
    try {
      await this.#parts.database.query(text, params);
    } catch (error) {
      this.#parts.onError(error);
    }
  }
}
