import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { TenantFilter, TenantListQuery, TenantPage } from '../tenant/tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';

/** Options of `TenantContext.forEachTenant`. */
export interface ForEachTenantOptions {
  /** Tenants worked on at the same time, 1 to 1,000. Default 4. */
  readonly concurrency?: number;
  /** Which tenants. Default: the active ones. */
  readonly filter?: TenantFilter;
  /** Told of each failure as it happens; a throw from here stops the round after what is under way. */
  readonly onError?: (error: unknown, tenant: Tenant) => void;
  /** Client kinds that each tenant's work needs. Default: none. */
  readonly clients?: readonly string[];
}

/** What came of a round over all tenants. */
export interface ForEachReport {
  readonly succeeded: number;
  readonly failed: readonly { readonly tenantId: string; readonly error: unknown }[];
}

const PAGE = 100;
const MAX_CONCURRENCY = 1000;

/**
 * Pages through the tenants and works on a few at a time.
 *
 * @internal
 */
export async function forEachTenant(
  list: (query: TenantListQuery) => Promise<TenantPage>,
  work: (tenant: Tenant) => Promise<unknown>,
  { concurrency = 4, filter = { status: 'active' }, onError }: ForEachTenantOptions,
): Promise<ForEachReport> {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    throw new ArgumentInvalidError('concurrency', concurrency, `a whole number from 1 to ${MAX_CONCURRENCY}`);
  }
  const tenants = pages(list, filter);
  const failed: { tenantId: string; error: unknown }[] = [];
  let succeeded = 0;
  const worker = async (): Promise<void> => {
    for (let next = await tenants.next(); !next.done; next = await tenants.next()) {
      const tenant = next.value;
      try {
        await work(tenant);
        succeeded += 1;
      } catch (error) {
        failed.push({ tenantId: tenant.id, error });
        onError?.(error, tenant);
      }
    }
  };
  await allOrFirstError(Array.from({ length: concurrency }, worker));
  return { succeeded, failed };
}

async function* pages(
  list: (query: TenantListQuery) => Promise<TenantPage>,
  filter: TenantFilter,
): AsyncGenerator<Tenant, undefined> {
  let after: string | null | undefined;
  while (after !== null) {
    const page: TenantPage = await list({ limit: PAGE, filter, ...(after === undefined ? {} : { after }) });
    yield* page.items;
    after = page.next;
  }
  return undefined;
}

/** Waits for every worker, then throws the first error: nothing keeps running behind the caller's back. */
async function allOrFirstError(workers: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(workers);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
