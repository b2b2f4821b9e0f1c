import type { Tenant } from '@tenantry/core';

/** What is done to a tenant. */
export type TenantOperationKind = 'create' | 'activate' | 'suspend' | 'rename' | 'update' | 'delete';

/** `running` and `compensating` are worked on; `failed` waits for an operator, or is over where its step is `compensated`. */
export type TenantOperationState = 'running' | 'done' | 'failed' | 'compensating';

/**
 * What comes next.
 *
 * - `provision`: provisioners, then the tenant becomes active
 * - `undo`: provisioners take back what they did, then the names are free and the id is tombstoned
 * - `grace`: a deletion waits and can be undone
 * - `drain`: the clients of the tenant are closed on every node
 * - `remove`: provisioners remove the data, then the id is tombstoned
 * - `notify`: after-listeners are called; other operations of the tenant may begin
 * - `finished`, `compensated`, `undone`: nothing, it is over
 */
export type TenantOperationStep =
  'provision' | 'undo' | 'grace' | 'drain' | 'remove' | 'notify' | 'finished' | 'compensated' | 'undone';

/** Why an attempt failed, as it is recorded: without anything that could be a secret. */
export interface TenantOperationFault {
  /** Code of the error, or `ERROR` where it has none. */
  readonly code: string;
  readonly message: string;
}

/** One change of one tenant, on record from its first write to its end. A value: never changed in place. */
export interface TenantOperation {
  /** UUID. Provisioners use it as an idempotency key. */
  readonly id: string;
  /** Unique; the same key gives the same operation. */
  readonly requestKey: string;
  readonly kind: TenantOperationKind;
  readonly tenantId: string;
  readonly state: TenantOperationState;
  readonly step: TenantOperationStep;
  /** What has been done: `provision:<name>`, `undo:<name>`, `remove:<name>`, `after:<name>`. */
  readonly finished: readonly string[];
  /** Failed attempts in a row of what comes next. */
  readonly attempts: number;
  /** Milliseconds until the next attempt when this was read, 0 and up, by the clock of the store. */
  readonly nextAttemptInMs: number;
  /** Milliseconds until the grace period or the drain ends when this was read, by the clock of the store; `null` = neither. */
  readonly deadlineInMs: number | null;
  /** The last fault; kept after a later attempt went well. */
  readonly error: TenantOperationFault | null;
  /** The record before the operation; `null` = it created the tenant. */
  readonly before: Tenant | null;
  /** The record as the operation left it so far; of a deleted tenant, its last. */
  readonly tenant: Tenant;
}

/** Whether the operation has work left, now or later. */
export function isOpen({ state }: TenantOperation): boolean {
  return state === 'running' || state === 'compensating';
}

/** Whether the caller of the operation has nothing more to wait for: it is over, waits for time to pass, or only notifies listeners. */
export function isSettled(operation: TenantOperation): boolean {
  return !isOpen(operation) || operation.step === 'notify' || operation.step === 'grace';
}
