import type { Tenant } from '@tenantry/core';
import type { CatalogWrite } from './catalog-write.js';
import type {
  TenantOperation,
  TenantOperationFault,
  TenantOperationKind,
  TenantOperationState,
  TenantOperationStep,
} from './tenant-operation.js';

/** The right to work on an operation. Each claim has a token of its own, so that a node that lost its claim can write no more. */
export interface OperationClaim {
  readonly operationId: string;
  readonly token: string;
}

/** An operation, and the right to work on it. */
export interface ClaimedOperation {
  readonly claim: OperationClaim;
  readonly operation: TenantOperation;
}

/** An operation that is about to begin. */
export interface NewOperation {
  readonly id: string;
  readonly requestKey: string;
  /** Digest of what is asked for, without secrets; the same request key with another one is refused. */
  readonly fingerprint: string;
  readonly kind: TenantOperationKind;
  readonly tenantId: string;
  /** Where it begins, unless its write changes nothing: then it is done at once. */
  readonly step: TenantOperationStep;
  /** Milliseconds from now; absent = none. */
  readonly deadlineMs?: number;
  readonly write: CatalogWrite;
}

/** What an operation becomes. Absent = stays. */
export interface OperationPatch {
  /** `done` and `failed` give the claim up. */
  readonly state?: TenantOperationState;
  readonly step?: TenantOperationStep;
  /** What has been done just now, such as `provision:users`. */
  readonly finish?: string;
  /** Default: 0 with `step` or `finish`, else it stays. */
  readonly attempts?: number;
  readonly error?: TenantOperationFault | null;
  /** Milliseconds from now until it may be claimed. Default 0. */
  readonly nextAttemptMs?: number;
  /** Milliseconds from now. */
  readonly deadlineMs?: number;
  /** Gives the claim up. */
  readonly release?: boolean;
  /** Done in the same transaction. */
  readonly write?: CatalogWrite;
}

/**
 * Where operations and tenants are recorded together. Every method is atomic: an operation's step and the write to the catalog
 * that belongs to it are one transaction. Times are by the clock of the store alone; those of the nodes do not matter.
 *
 * Every method throws `MT_CATALOG_UNAVAILABLE` when the store cannot be asked.
 */
export interface TenantLifecycleStore {
  /** The tenant as it is recorded now, past every cache; `null` = there is none. */
  findTenant(tenantId: string): Promise<Tenant | null>;
  /** `null` = there is none. */
  find(operationId: string): Promise<TenantOperation | null>;
  /** `null` = the key is new. @throws `MT_REQUEST_KEY_REUSED` when the fingerprint is another */
  findByRequestKey(requestKey: string, fingerprint: string): Promise<TenantOperation | null>;
  /**
   * Records an operation, claimed by the caller for `leaseMs`, and does its first write.
   *
   * @returns `claim: null` when an operation with this request key is there already, or is done at once
   * @throws `MT_REQUEST_KEY_REUSED`, `MT_TENANT_OPERATION_RUNNING`, `MT_TENANT_EXISTS` and what `writtenTenant` throws;
   *   then nothing is written
   */
  begin(
    operation: NewOperation,
    leaseMs: number,
  ): Promise<{ readonly claim: OperationClaim | null; readonly operation: TenantOperation }>;
  /** Claims an operation that is open, due and unclaimed; `null` = there is none. */
  claimDue(leaseMs: number): Promise<ClaimedOperation | null>;
  /**
   * Opens a failed operation again and claims it.
   *
   * @throws `MT_OPERATION_UNKNOWN`, `MT_OPERATION_NOT_RESUMABLE`, `MT_TENANT_OPERATION_RUNNING`
   */
  reopen(operationId: string, leaseMs: number): Promise<ClaimedOperation>;
  /** Keeps a claim for another `leaseMs` from now. @throws `MT_OPERATION_TAKEN_OVER` */
  renew(claim: OperationClaim, leaseMs: number): Promise<TenantOperation>;
  /** Writes the progress of an operation. @throws `MT_OPERATION_TAKEN_OVER`, and what `writtenTenant` throws; then nothing is written */
  save(claim: OperationClaim, patch: OperationPatch): Promise<TenantOperation>;
  /** Ends a deletion in its grace period; the tenant has the status from before. @throws `MT_TENANT_UNDO_REFUSED` */
  undoDelete(tenantId: string): Promise<TenantOperation>;
}
