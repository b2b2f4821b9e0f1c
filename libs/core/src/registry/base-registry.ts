import type { Dependent } from './dependent.js';

/** A lease on a base: the client, until it is released. */
export interface BaseLease {
  readonly client: unknown;
  release(): void;
}

/** Acquires a client for a {@link Dependent}: the lease lasts as long as that. Not for applications. */
export const ACQUIRE_AS_BASE = Symbol('tenantry.acquireAsBase');

/** A registry that other kinds can depend on. Every `TenantClientRegistry` is one. */
export interface BaseRegistry {
  readonly name: string;
  [ACQUIRE_AS_BASE](tenantId: string, dependent: Dependent, signal: AbortSignal): Promise<BaseLease>;
}
