/** Injection token of the module's options as they were resolved. @internal */
export const MULTITENANCY_OPTIONS = Symbol('tenantry.options');

/** Injection token of the application's `TenantCatalogReader`, as `forRoot` got it. For authors of stores and transports. */
export const TENANT_CATALOG = Symbol('tenantry.catalog');
