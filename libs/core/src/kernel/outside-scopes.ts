import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs a function outside of every scope: in the async context in which the library was loaded, for any caller. Callbacks of
 * the application (factories, disposers, weights, checks, listeners) and long-lived timers run here, so that none of them acts
 * in the tenant of the request that happened to cause the call, or retains that request.
 */
export const outsideScopes: <R>(fn: () => R) => R = AsyncLocalStorage.snapshot();
