import type { MaybePromise } from '../kernel/maybe-promise.js';

/** A part of the application that readiness and metrics ask. One for each package or store, never one for each tenant. */
export interface TenantProbe {
  /** Such as `sync` or `secrets`; letters, digits and hyphens. Unique in an application. */
  readonly name: string;
  /**
   * Fails (throws or rejects) while requests should not be sent to this node. Its failure must not depend on one tenant.
   * Default: the part does not take part in readiness.
   */
  readonly check?: () => MaybePromise<unknown>;
  /** Numbers as they are now, for metrics: cheap and synchronous. Default: none. */
  readonly stats?: () => object;
}

/**
 * The probes of one application. Packages that `@tenantry/observability` does not know by themselves (a change feed, a source
 * of secrets) add theirs here; without it they are never asked.
 */
export class TenantProbes {
  readonly #probes = new Map<string, TenantProbe>();

  /** Adds a probe; one of the same name is replaced. @returns a function that takes it off again */
  add(probe: TenantProbe): () => void {
    this.#probes.set(probe.name, probe);
    return () => {
      if (this.#probes.get(probe.name) === probe) this.#probes.delete(probe.name);
    };
  }

  get(name: string): TenantProbe | undefined {
    return this.#probes.get(name);
  }

  /** Every probe, in the order in which they were added. */
  all(): TenantProbe[] {
    return [...this.#probes.values()];
  }
}
