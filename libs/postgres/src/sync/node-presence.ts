import { randomUUID } from 'node:crypto';
import type { TenantSync } from '@tenantry/core/spi';
import type { SqlDatabase } from '../sql/sql-database.js';

/** What a {@link NodePresence} works with. */
export interface NodePresenceParts {
  readonly database: SqlDatabase;
  readonly node: Pick<TenantSync, 'pending' | 'closed'>;
  /** Told what goes wrong; it is tried again at the next reading. */
  readonly onError: (error: unknown) => void;
}

const TELL = `
  insert into tenantry.nodes (id, drained_to) values ($1::uuid, $2::bigint)
  on conflict (id) do update set drained_to = excluded.drained_to, seen_at = clock_timestamp()`;

/**
 * Keeps this node on record, with the version of the log up to which it has applied the changes and closed the clients of the
 * tenants that were shut out. One write at a time; each reading of the log is a sign of life.
 */
export class NodePresence {
  readonly #parts: NodePresenceParts;
  readonly #id = randomUUID();
  #drainedTo = 0;
  #isStale = false;
  #telling: Promise<void> | undefined;
  #ended = false;

  constructor(parts: NodePresenceParts) {
    this.#parts = parts;
  }

  /** Takes note that everything up to a version is applied here. Returns at once and never throws. */
  hasRead(position: number): void {
    this.#tell();
    // What waits for the catalog may still find clients to close: the next reading comes in a few seconds.
    if (this.#parts.node.pending > 0) return;
    void this.#parts.node.closed().then(() => {
      if (position <= this.#drainedTo) return;
      this.#drainedTo = position;
      this.#tell();
    });
  }

  /** Takes the node off the record. Never rejects. Idempotent. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#telling;
    await this.#attempt('delete from tenantry.nodes where id = $1::uuid', [this.#id]);
  }

  #tell(): void {
    this.#isStale = true;
    this.#telling ??= this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    while (this.#isStale && !this.#ended) {
      this.#isStale = false;
      await this.#attempt(TELL, [this.#id, this.#drainedTo]);
    }
    this.#telling = undefined;
  }

  async #attempt(text: string, params: readonly unknown[]): Promise<void> {
    try {
      await this.#parts.database.query(text, params);
    } catch (error) {
      this.#parts.onError(error);
    }
  }
}
