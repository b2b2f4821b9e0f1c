import {
  MultitenancyError,
  TenantClientCreateFailedError,
  TenantClientCreateTimeoutError,
  TenantClientRegistry,
  tenantId as checkedTenantId,
} from '@tenantry/core';
import type { Clock, RegistryLimits, RegistryStats, TenantClientLease } from '@tenantry/core';
import type { PgPool } from '../../sql/pg-pool.js';
import type { TenantSql } from './isolation-strategy.js';
import { singleStatements } from './single-statements.js';
import { TenantDatabaseUnavailableError } from './strategy.errors.js';
import type { TenantConnectionSettings } from './tenant-connection.js';
import type { TenantPlace } from './tenant-place.js';
import { TenantPool } from './tenant-pool.js';

/** What strategies with a pool for each tenant have in common. */
export interface TenantPoolsOptions {
  /** Makes a pool: `(settings) => new pg.Pool(settings)`. The pool belongs to the strategy, which ends it. */
  readonly createPool: (settings: TenantConnectionSettings) => PgPool;
  /** Bounds of the registry that holds the pools: how many at once, how long they may be idle. */
  readonly limits?: Partial<RegistryLimits>;
  /** Where the registry takes time from; for tests. */
  readonly clock?: Clock;
}

interface PoolAt {
  readonly pool: TenantPool;
  /** Whose and where it is: no other place and no other spelling of the id has the same. */
  readonly identity: string;
}

interface Wanted {
  readonly place: TenantPlace;
}

type SettingsOf = (tenantId: string, place: TenantPlace) => Promise<TenantConnectionSettings>;

const MAX_REPLACEMENTS = 10;

/**
 * One pool for each tenant in a {@link TenantClientRegistry}: made at the first use, bounded in number, ended when idle.
 *
 * @internal
 */
export class TenantPools {
  readonly #registry: TenantClientRegistry<PoolAt, Wanted>;

  constructor(name: string, settingsOf: SettingsOf, { createPool, limits, clock }: TenantPoolsOptions) {
    this.#registry = new TenantClientRegistry<PoolAt, Wanted>({
      ...limits,
      name,
      clock,
      create: async (tenantId, { options: { place } }) => {
        const settings = await settingsOf(tenantId, place);
        const pool = await provenPool(createPool(settings), tenantId, settings.verify);
        return { pool, identity: identityOf(tenantId, place) };
      },
      dispose: ({ pool }) => pool.end(),
    });
  }

  /** SQL on the tenant's pool, which is made where there is none of this place yet. */
  sql(tenantId: string, place: TenantPlace): TenantSql {
    checkedTenantId(tenantId);
    return singleStatements({
      query: (text, params) => this.#use(tenantId, place, (pool) => pool.query(text, params)),
      transaction: (fn) => this.#use(tenantId, place, (pool) => pool.transaction(fn)),
    });
  }

  stats(): RegistryStats {
    return this.#registry.stats();
  }

  async close(): Promise<void> {
    await this.#registry.close();
  }

  async #use<R>(tenantId: string, place: TenantPlace, fn: (pool: TenantPool) => Promise<R>): Promise<R> {
    const lease = await this.#acquire(tenantId, place);
    try {
      return await fn(lease.client.pool);
    } finally {
      lease.release();
    }
  }

  async #acquire(tenantId: string, place: TenantPlace): Promise<TenantClientLease<PoolAt>> {
    const identity = identityOf(tenantId, place);
    for (let attempt = 0; attempt <= MAX_REPLACEMENTS; attempt += 1) {
      const lease = this.#registry.tryAcquire(tenantId);
      if (lease?.client.identity === identity) return lease;
      if (lease !== undefined) this.#retire(lease);
      await this.#create(tenantId, place);
    }
    throw new TenantDatabaseUnavailableError(tenantId, new Error('Its pool was replaced again and again.'));
  }

  /** A pool of another place drains; transactions that use it may finish. */
  #retire(lease: TenantClientLease<PoolAt>): void {
    this.#registry.evict(lease.tenantId).catch(() => undefined);
    lease.release();
  }

  async #create(tenantId: string, place: TenantPlace): Promise<void> {
    try {
      await this.#registry.createFrom(tenantId, { place }, { onExisting: 'keep' });
    } catch (error) {
      throw unwrapped(tenantId, error);
    }
    // Pools only grow in number here, so idle ones are evicted here.
    void this.#registry.cleanUp();
  }
}

/** The generation alone is not enough: it is used again, for another place, when a move is started again or a tenant is placed again. */
function identityOf(tenantId: string, { host, port, database, generation = 0 }: TenantPlace): string {
  return JSON.stringify([tenantId, host, port, database, generation]);
}

async function provenPool(
  pool: PgPool,
  tenantId: string,
  verify: TenantConnectionSettings['verify'],
): Promise<TenantPool> {
  const proven = new TenantPool(pool, tenantId, verify);
  try {
    await proven.prove();
    return proven;
  } catch (error) {
    await proven.end().catch(() => undefined);
    throw error;
  }
}

/** The cause of a failure without the registry's wrapper, with the retry delay of the registry. */
function unwrapped(tenantId: string, error: unknown): unknown {
  if (error instanceof TenantClientCreateTimeoutError) {
    return new TenantDatabaseUnavailableError(tenantId, error, error.retryAfterMs);
  }
  if (!(error instanceof TenantClientCreateFailedError)) return error;
  const { cause, retryAfterMs } = error;
  if (cause instanceof TenantDatabaseUnavailableError) {
    return new TenantDatabaseUnavailableError(tenantId, cause.cause, retryAfterMs);
  }
  return cause instanceof MultitenancyError ? cause : error;
}
