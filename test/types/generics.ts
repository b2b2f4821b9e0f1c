/*
 * Type tests: they hold when this file compiles, which `npm run check:types` tries. A line under `@ts-expect-error` must not compile.
 */
import type { Tenant, TenantContext, TenantClientRegistry } from '@tenantry/core';
import { MultitenancyModule } from '@tenantry/core';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles for `true` only. */
type Holds<T extends true> = T;

interface AppSettings {
  readonly locale: 'en' | 'de';
  readonly seats: number;
}

interface Pool {
  query(text: string): Promise<unknown[]>;
}

interface PoolOptions {
  readonly max: number;
}

/** Settings of a tenant, through the record and through the context. */
export type SettingsTests = [
  Holds<Equal<Tenant<AppSettings>['settings'], AppSettings>>,
  Holds<Equal<TenantContext<AppSettings>['tenant'], Tenant<AppSettings>>>,
  Holds<Equal<TenantContext<AppSettings>['tenantOrNull'], Tenant<AppSettings> | null>>,
];

/** A round gives tenants with their settings. */
export async function countSeats(context: TenantContext<AppSettings>): Promise<number> {
  let seats = 0;
  await context.forEachTenant((tenant) => {
    seats += tenant.settings.seats;
    // @ts-expect-error -- not a setting
    void tenant.settings.unknown;
  });
  return seats;
}

/** The client and the options of a kind are one type in every option. */
export const POOLS = MultitenancyModule.forFeature<Pool, PoolOptions>({
  name: 'db',
  template: { max: 4 },
  create: (_tenant, { options }) => ({ query: async (text) => [text, options.max] }),
  weigh: (pool) => ((pool satisfies Pool) === pool ? 1 : 0),
});

/** A factory that makes something else, and a template with another field, do not compile. */
export const FAULTY = [
  // @ts-expect-error -- a number is no Pool
  MultitenancyModule.forFeature<Pool>({ create: () => 5 }),
  // @ts-expect-error -- `min` is no option of the pool
  MultitenancyModule.forFeature<Pool, PoolOptions>({ template: { min: 1 }, create: () => ({ query: async () => [] }) }),
];

/** A registry gives what it was made for. */
export type RegistryTests = [
  Holds<Equal<ReturnType<TenantClientRegistry<Pool>['get']>, Pool | undefined>>,
  Holds<Equal<ReturnType<TenantClientRegistry<Pool>['getOrThrow']>, Pool>>,
];
