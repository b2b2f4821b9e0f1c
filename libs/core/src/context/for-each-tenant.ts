import { numberArgument } from '../kernel/argument-checks.js';
import { forEachConcurrently } from '../kernel/worker-pool.js';
import type { TenantFilter, TenantListQuery, TenantPage } from '../catalog/tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';

/** Options of `TenantContext.forEachTenant`. */
export interface ForEachTenantOptions {
  /** Tenants worked on at the same time, 1 to 1,000. Default 4. */
  readonly concurrency?: number;
  /** Which tenants. Default, and where it names no `status`: the active ones. */
  readonly filter?: TenantFilter;
  /** Called with each failure as it happens; a throw from here stops the round. */
  readonly onError?: (error: unknown, tenant: Tenant) => void;
  /** Client kinds that each tenant's work needs. Default: none. */
  readonly clients?: readonly string[];
  /** Stops the round: work under way ends, no other is started. The shutdown of the application stops it as well. */
  readonly signal?: AbortSignal;
}

/** The outcome of a round over all tenants. */
export interface ForEachReport {
  readonly succeeded: number;
  readonly failed: readonly { readonly tenantId: string; readonly error: unknown }[];
  /**
   * Ids of the tenants whose work was not started, because the round was stopped; in the order of the ids. Empty = the round was
   * complete.
   */
  readonly notStarted: readonly string[];
}

/** What a round works with. */
export interface TenantRound {
  readonly list: (query: TenantListQuery) => Promise<TenantPage>;
  /** Does the work of one tenant, and calls `started` as soon as that has begun. */
  readonly work: (tenant: Tenant, started: () => void) => Promise<unknown>;
  /** Stops the round. */
  readonly stop: AbortSignal;
}

const PAGE = 100;
/** Once the round has stopped, ids only are read. */
const LONGEST_PAGE = 1_000;
const MAX_CONCURRENCY = 1_000;

/**
 * Pages through the tenants and works on a few at a time.
 *
 * @internal
 */
export async function forEachTenant(
  { list, work, stop }: TenantRound,
  { concurrency = 4, filter = {}, onError }: ForEachTenantOptions,
): Promise<ForEachReport> {
  numberArgument('concurrency', concurrency, { min: 1, max: MAX_CONCURRENCY, whole: true });
  const tenants = pages(list, withStatus(filter), () => (stop.aborted ? LONGEST_PAGE : PAGE));
  const results = new RoundResults();
  await forEachConcurrently(tenants, concurrency, async (tenant) => {
    if (stop.aborted || results.isBroken) results.skip(tenant);
    else await results.of(tenant, work, { stop, onError });
  });
  return results.report();
}

/** Without a status, the active tenants are meant. What is no filter is refused where it is used. */
function withStatus(filter: TenantFilter): TenantFilter {
  if (typeof filter !== 'object' || filter === null || filter.status !== undefined) return filter;
  return { ...filter, status: 'active' };
}

interface WorkSurroundings {
  readonly stop: AbortSignal;
  readonly onError: ForEachTenantOptions['onError'];
}

class RoundResults {
  readonly #failed: { tenantId: string; error: unknown }[] = [];
  readonly #notStarted: string[] = [];
  #succeeded = 0;
  #isBroken = false;

  /** Whether `onError` has thrown. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  skip({ id }: Tenant): void {
    this.#notStarted.push(id);
  }

  async of(tenant: Tenant, work: TenantRound['work'], { stop, onError }: WorkSurroundings): Promise<void> {
    let isStarted = false;
    try {
      await work(tenant, () => (isStarted = true));
      this.#succeeded += 1;
    } catch (error) {
      if (!isStarted && stop.aborted) return this.skip(tenant);
      this.#failed.push({ tenantId: tenant.id, error });
      this.#notify(() => onError?.(error, tenant));
    }
  }

  report(): ForEachReport {
    return { succeeded: this.#succeeded, failed: this.#failed, notStarted: this.#notStarted };
  }

  #notify(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }
}

async function* pages(
  list: TenantRound['list'],
  filter: TenantFilter,
  limit: () => number,
): AsyncGenerator<Tenant, undefined> {
  let after: string | null | undefined;
  while (after !== null) {
    const page: TenantPage = await list({ limit: limit(), filter, ...(after === undefined ? {} : { after }) });
    yield* page.items;
    after = page.next;
  }
  return undefined;
}
