import { getTenantClientRegistryToken, getTenantClientToken, TenantClientRegistry } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { DEFAULT_CLIENT_KIND, getTenantClientOptionsToken } from '@tenantry/core/spi';

/** The part of `TestingModuleBuilder` of `@nestjs/testing` that is used. */
export interface OverridableTestingModule {
  overrideProvider(token: unknown): { useValue(value: unknown): unknown };
}

/** What takes the place of a client kind's clients. */
export interface TenantClientOverride<TBuilder> {
  /** One object for all tenants, injected as it is: it works with and without a scope. */
  useValue(client: unknown): TBuilder;
  /**
   * A client of its own for each tenant, which is acquired and released as the real one is. Limits and `dispose` are those of
   * an empty `forFeature`.
   */
  useFactory(create: (tenant: Tenant) => unknown): TBuilder;
}

/**
 * Replaces the clients of a kind in a test. Neither the real `create` nor the factory of `forFeatureAsync` is called.
 *
 * @param builder what `Test.createTestingModule` gives
 * @param kind name given to `forFeature`; default `default`
 * @example
 * overrideTenantClient(Test.createTestingModule({ imports: [AppModule] }), 'db').useValue(fake).compile()
 */
export function overrideTenantClient<TBuilder extends OverridableTestingModule>(
  builder: TBuilder,
  kind: string = DEFAULT_CLIENT_KIND,
): TenantClientOverride<TBuilder> {
  const override = (token: string, value: unknown): void => void builder.overrideProvider(token).useValue(value);
  return {
    useValue: (client) => {
      override(getTenantClientOptionsToken(kind), {});
      override(getTenantClientRegistryToken(kind), new TenantClientRegistry({ name: kind, create: () => client }));
      override(getTenantClientToken(kind), client);
      return builder;
    },
    useFactory: (create) => {
      override(getTenantClientOptionsToken(kind), { create });
      return builder;
    },
  };
}
