import type { Clock } from '../kernel/clock.js';
import type { BaseRegistry } from './base-registry.js';

/** Why a client left the registry. */
export type EvictionCause =
  | 'idle'
  | 'capacity'
  /** `evict()` was called. */
  | 'invalidated'
  /** Another client was put in its place. */
  | 'replaced'
  /** `refresh()` made a successor, or its lifetime was over. */
  | 'rotated'
  /** Its `check` failed. */
  | 'unhealthy'
  /** A client that it depends on was detached; it is renewed with that. */
  | 'dependency'
  | 'shutdown'
  /** The factory delivered it when no caller could take it any more; it was never leased. */
  | 'late';

/** What a factory gets beside the tenant. */
export interface ClientFactoryContext<TOptions> {
  /** A copy of the template's or caller's options that this client alone has; `undefined` without a template. */
  readonly options: TOptions;
  /** Aborts when no caller waits any more or `createTimeoutMs` has passed. */
  readonly signal: AbortSignal;
  /** The tenant's clients of the kinds in `dependsOn`, leased until the client that is made here is disposed. Do not close them. */
  readonly clients: Readonly<Record<string, unknown>>;
}

/** What a disposer receives beside the client. */
export interface ClientDisposal {
  readonly tenantId: string;
  readonly cause: EvictionCause;
}

/** Bounds of a registry. Every value in milliseconds unless its name says otherwise; `Infinity` = no bound where noted. */
export interface RegistryLimits {
  /** A client that was idle for longer may be closed. Above 0, or `Infinity`. Default 30 minutes. */
  readonly idleTimeoutMs: number;
  /** Clients at the same time, counting those being created and closed. 1 and up, or `Infinity`. Default 1,000. */
  readonly maxClients: number;
  /** Sum of `weigh(client)` over all clients. Above 0, or `Infinity` (default). */
  readonly maxWeight: number;
  /** How long a factory may take. Above 0. Default 10 s. */
  readonly createTimeoutMs: number;
  /** How long `acquire` waits, for room or for the factory. Above 0. Default 5 s. */
  readonly acquireTimeoutMs: number;
  /** Tenants that may wait for room at the same time. 0 and up. Default 1,000. */
  readonly maxWaiting: number;
  /** How long a disposer may take before it is given up. Above 0. Default 10 s. */
  readonly disposeTimeoutMs: number;
  /** How long an evicted client may stay in use before it is closed all the same. 0 and up. Default 30 s. */
  readonly drainTimeoutMs: number;
  /** First delay after a failed creation; doubles up to 15 s, with jitter. 0 and up. Default 250. */
  readonly retryBackoffMs: number;
  /** A client older than this is replaced at its next use, with up to 10 % jitter. Above 0, or `Infinity` (default). */
  readonly maxLifetimeMs: number;
}

/** Everything a registry is made of. */
export interface TenantClientRegistryOptions<TClient, TOptions = unknown> extends Partial<RegistryLimits> {
  /** Name of the client kind, for messages, events and metrics. */
  readonly name: string;
  /**
   * Makes a tenant's client. Runs outside of any request's async context, once per client; what it delivers belongs to
   * the registry.
   */
  readonly create: (tenantId: string, context: ClientFactoryContext<TOptions>) => TClient | Promise<TClient>;
  /**
   * Registries whose clients the factory gets as `clients`, by name; a function where they are made later. A client is disposed
   * before those that it was made with, and renewed with them. Default: none.
   */
  readonly dependsOn?: readonly BaseRegistry[] | (() => readonly BaseRegistry[]) | undefined;
  /**
   * At most one client of a tenant exists at a time, its disposal included: a refresh or replacement drains and disposes the old
   * one first, and new work waits up to `acquireTimeoutMs`. For clients that own a folder, a lock, a named service. Default `false`.
   */
  readonly exclusive?: boolean | undefined;
  /** Closes a client. Called exactly once per client that `create` delivered. Default: nothing. */
  readonly dispose?: ((client: TClient, disposal: ClientDisposal) => unknown) | undefined;
  /** Options of every client, or a function that makes them for a tenant. Copied for each client. */
  readonly template?: TOptions | ((tenantId: string) => TOptions) | undefined;
  /** Weight of a client in the unit of `maxWeight`; 0 and up. Default: every client weighs 1. */
  readonly weigh?: ((client: TClient) => number) | undefined;
  /** Whether a client still works; `false` or a throw evicts it at the next clean-up. Bounded by `createTimeoutMs`. */
  readonly check?: ((client: TClient, tenantId: string) => unknown) | undefined;
  /** Named in the registry's events on the diagnostics channels. Default: none; `forFeature` gives its application. */
  readonly applicationId?: string | undefined;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock | undefined;
  /** Source of jitter, 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The defaults of {@link RegistryLimits}. */
export const DEFAULT_REGISTRY_LIMITS: RegistryLimits = Object.freeze({
  idleTimeoutMs: 30 * 60_000,
  maxClients: 1_000,
  maxWeight: Infinity,
  createTimeoutMs: 10_000,
  acquireTimeoutMs: 5_000,
  maxWaiting: 1_000,
  disposeTimeoutMs: 10_000,
  drainTimeoutMs: 30_000,
  retryBackoffMs: 250,
  maxLifetimeMs: Infinity,
});
