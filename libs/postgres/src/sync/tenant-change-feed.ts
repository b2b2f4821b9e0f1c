import { systemClock } from '@tenantry/core';
import { numberArgument, outsideScopes } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { ChangeListener } from './change-listener.js';
import { readChangeLogExtent, readChanges } from './change-log.js';
import type { TenantChange } from './change-log.js';
import { ListenLink } from './listen-link.js';
import { withinTime } from '../sql/within-time.js';

/** Options of {@link TenantChangeFeed}. */
export interface TenantChangeFeedOptions {
  /** Where the log is read. It stays the caller's. */
  readonly database: SqlDatabase;
  /**
   * Applies changes on this node, in order. They come at least once each: they come again when this throws or rejects.
   * `null` = anything may have changed: the node resets (after a start without a database, a restored database, a
   * log that was pruned further than this node had read).
   */
  readonly apply: (changes: readonly TenantChange[] | null) => unknown;
  /** Called after each reading to the end of the log: the version of its last change. Default: none. */
  readonly onRead?: (position: number) => void;
  /** Makes changes arrive at once. Default: none; then only polling finds them, as through a pooler without LISTEN. */
  readonly listener?: ChangeListener;
  /** Milliseconds between two readings without a hint, 100 to 10,000. Bounds the staleness. Default 5,000. */
  readonly pollMs?: number;
  /** Milliseconds between two heartbeats of the listening connection, 100 to 60,000. Default 2,000. */
  readonly heartbeatMs?: number;
  /** Receives failures; the feed continues by itself. For a log. Default: none. */
  readonly onError?: (error: unknown) => void;
  /** For tests. */
  readonly clock?: Clock;
  /** 0 up to 1; for tests. */
  readonly random?: () => number;
}

/** How a node keeps up. */
export interface TenantChangeFeedStats {
  /** Version up to which changes are applied here; `null` = the log has not been read yet. */
  readonly position: number | null;
  /** Age of the last change when it was read, milliseconds by the database's clock; `null` = none came yet. */
  readonly lagMs: number | null;
  /** Milliseconds since the log was last read to its end; `null` = never. */
  readonly readAgoMs: number | null;
  /** Whether a connection listens. */
  readonly listening: boolean;
  readonly reconnects: number;
  /** How often the node was reset. */
  readonly resets: number;
}

const BATCH = 1_000;
const CLOSE_MS = 5_000;

/**
 * Follows the catalog's log of changes on one node. The log, read by version, is the truth; notifications only say when to
 * read it, so that missed, forged and repeated ones change nothing. Reads are one at a time.
 */
export class TenantChangeFeed {
  readonly #options: TenantChangeFeedOptions;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #link: ListenLink | undefined;
  #position: number | null = null;
  #lagMs: number | null = null;
  #readAt: number | null = null;
  #resets = 0;
  #reading: Promise<void> | undefined;
  #hinted = false;
  #timer: Timer | undefined;
  #closed = false;

  /** @throws `MT_ARGUMENT_INVALID` */
  constructor(options: TenantChangeFeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#pollMs = within('pollMs', options.pollMs ?? 5_000, 100, 10_000);
    this.#link = linkOf(options, this.#clock, () => void this.read());
  }

  /** Reads how far the log goes, listens and polls. Never rejects: without a database it keeps trying. */
  async start(): Promise<void> {
    await outsideScopes(() => Promise.all([this.#link?.open(), this.read()]));
  }

  /** Applies everything that is in the log by now, or later if the database cannot be asked. Never rejects. */
  read(): Promise<void> {
    this.#hinted = true;
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  stats(): TenantChangeFeedStats {
    return {
      position: this.#position,
      lagMs: this.#lagMs,
      readAgoMs: this.#readAt === null ? null : this.#clock.now() - this.#readAt,
      listening: this.#link?.listening ?? false,
      reconnects: this.#link?.reconnects ?? 0,
      resets: this.#resets,
    };
  }

  /** Stops listening and polling, and waits for what is being read and applied, 5 s at most. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.clear();
    const reading = withinTime(this.#clock, CLOSE_MS, 'Reading the changes', this.#reading ?? Promise.resolve());
    await Promise.all([this.#link?.close(), reading.catch(() => undefined)]);
  }

  async #readAll(): Promise<void> {
    this.#timer?.clear();
    try {
      while (this.#hinted && !this.#closed) {
        this.#hinted = false;
        await this.#readOnce();
        this.#readAt = this.#clock.now();
        if (this.#position !== null) this.#options.onRead?.(this.#position);
      }
    } catch (error) {
      this.#options.onError?.(error);
    }
    this.#reading = undefined;
    if (!this.#closed) this.#timer = this.#clock.setTimer(() => void this.read(), this.#pollMs);
  }

  async #readOnce(): Promise<void> {
    const { last, prunedTo } = await readChangeLogExtent(this.#options.database);
    const position = this.#position;
    if (position === null || last < position || prunedTo > position) return this.#reset(last);
    for (let at = position; at < last && !this.#closed; at = this.#position ?? last) await this.#applyNext(at, last);
  }

  async #reset(last: number): Promise<void> {
    await this.#options.apply(null);
    if (this.#position !== null) this.#resets += 1;
    this.#position = last;
  }

  async #applyNext(after: number, last: number): Promise<void> {
    const changes = await readChanges(this.#options.database, after, BATCH);
    // Versions have no gaps: where the next one is not there, the log was pruned just now.
    const newest = changes[0]?.version === after + 1 ? changes.at(-1) : undefined;
    if (newest === undefined) return this.#reset(last);
    await this.#options.apply(changes);
    this.#position = newest.version;
    this.#lagMs = newest.ageMs;
  }
}

function linkOf(options: TenantChangeFeedOptions, clock: Clock, onHint: () => void): ListenLink | undefined {
  const { listener, onError = () => undefined, random = Math.random } = options;
  const heartbeatMs = within('heartbeatMs', options.heartbeatMs ?? 2_000, 100, 60_000);
  return listener && new ListenLink({ listener, clock, heartbeatMs, onHint, onError, random });
}

function within(argument: string, value: number, min: number, max: number): number {
  return numberArgument(`TenantChangeFeed.${argument}`, value, { min, max, unit: 'milliseconds' });
}
