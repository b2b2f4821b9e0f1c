/** Injection token of the module's options as they were resolved. @internal */
export const MULTITENANCY_OPTIONS = Symbol('tenantry.options');
