import type { Tenant } from '@tenantry/core';

/** Argument of a provisioner's methods. */
export interface ProvisioningContext {
  /** The tenant's record as it is now. */
  readonly tenant: Tenant;
  /** Id of the operation, the same at every attempt and on every node: an idempotency key for what the provisioner calls. */
  readonly operationId: string;
  /**
   * What `create` or `resume` was given as `input`, such as a first password; `undefined` when another node or a later run
   * continues. It is never recorded. Where it is needed and missing, throw `TenantInputNeededError`.
   */
  readonly input: unknown;
  /** Fires when this node has lost the operation to another, shuts down, or the time of the call is up. Stop then. */
  readonly signal: AbortSignal;
}

/**
 * Sets one thing up for new tenants and takes it away: rows, a schema, an account at another service.
 *
 * Every method is idempotent: after a crash it runs again, and it may find work half done. Methods run outside of any
 * request's async context.
 */
export interface TenantProvisioner {
  /** Sets up. The tenant is `provisioning`. */
  provision?(context: ProvisioningContext): unknown;
  /** Takes back what `provision` did, wholly or in part, when a creation has failed. */
  undo?(context: ProvisioningContext): unknown;
  /** Removes the data when the tenant is deleted. The tenant is `deleting` and its clients are closed. */
  remove?(context: ProvisioningContext): unknown;
}

/** Names of the methods. */
export const PROVISIONER_METHODS = ['provision', 'undo', 'remove'] as const;
