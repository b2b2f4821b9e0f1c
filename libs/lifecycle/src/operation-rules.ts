import type { Tenant, TenantStatus } from '@tenantry/core';
import { OperationNotResumableError, RequestKeyReusedError, TenantUndoRefusedError } from './lifecycle.errors.js';
import type { CatalogWrite } from './catalog-write.js';
import type { NewOperation, OperationPatch } from './tenant-lifecycle-store.js';
import type { TenantOperation, TenantOperationState, TenantOperationStep } from './tenant-operation.js';

/*
 * The rules of operations as pure functions, which every store applies.
 */

/**
 * An operation after its first write. One whose write changed nothing is done.
 *
 * @param before the record before the write; `null` = there was none
 * @param tenant the record after it
 */
export function begunOperation(
  { id, requestKey, kind }: Pick<NewOperation, 'id' | 'requestKey' | 'kind'>,
  step: TenantOperationStep,
  before: Tenant | null,
  tenant: Tenant,
): TenantOperation {
  const done = tenant === before;
  return {
    id,
    requestKey,
    kind,
    tenantId: tenant.id,
    state: done ? 'done' : 'running',
    step: done ? 'finished' : step,
    finished: [],
    attempts: 0,
    nextAttemptInMs: 0,
    deadlineInMs: null,
    error: null,
    before,
    tenant,
  };
}

/** What a patch makes of an operation, times and tenant aside. */
export function patchedOperation(operation: TenantOperation, patch: OperationPatch): TenantOperation {
  const moved = patch.step !== undefined || patch.finish !== undefined;
  return {
    ...operation,
    state: patch.state ?? operation.state,
    step: patch.step ?? operation.step,
    finished: patch.finish === undefined ? operation.finished : [...operation.finished, patch.finish],
    attempts: patch.attempts ?? (moved ? 0 : operation.attempts),
    error: patch.error === undefined ? operation.error : patch.error,
  };
}

/** Whether a patch gives the claim up. */
export function releasesClaim({ release = false, state }: OperationPatch): boolean {
  return release || state === 'done' || state === 'failed';
}

/** Whether an operation keeps others of its tenant from beginning. */
export function isExclusive({ state, step }: Pick<TenantOperation, 'state' | 'step'>): boolean {
  return (state === 'running' || state === 'compensating') && step !== 'notify';
}

/**
 * Checks that a request key came again with the same request.
 *
 * @throws `MT_REQUEST_KEY_REUSED`
 */
export function assertSameRequest(operation: TenantOperation, known: string, fingerprint: string): void {
  if (known !== fingerprint) throw new RequestKeyReusedError(operation.requestKey, operation.id);
}

const STATUS_AT: Readonly<Partial<Record<TenantOperation['step'], TenantStatus>>> = {
  provision: 'provisioning',
  undo: 'provisioning',
  drain: 'deleting',
  remove: 'deleting',
};

/**
 * The state in which a failed operation continues.
 *
 * @param tenant its tenant as it is now
 * @throws `MT_OPERATION_NOT_RESUMABLE`
 */
export function resumedState(operation: TenantOperation, tenant: Tenant | null): TenantOperationState {
  const { id, state, step } = operation;
  if (state !== 'failed') throw new OperationNotResumableError(id, `it is ${state}`);
  if (step === 'compensated') throw new OperationNotResumableError(id, 'it was compensated; begin a new one');
  const needed = STATUS_AT[step];
  if (needed !== undefined && tenant?.status !== needed) {
    throw new OperationNotResumableError(id, `its tenant is ${tenant?.status ?? 'gone'} and not ${needed} any more`);
  }
  return step === 'undo' ? 'compensating' : 'running';
}

/**
 * The write that takes a deletion back.
 *
 * @param operation the deletion that is under way, read with the clock of its store
 * @throws `MT_TENANT_UNDO_REFUSED` when the grace period is over
 */
export function undoWrite({ tenantId, step, deadlineInMs, before }: TenantOperation): CatalogWrite {
  if (step !== 'grace' || (deadlineInMs ?? 0) <= 0) {
    throw new TenantUndoRefusedError(tenantId, 'its grace period is over');
  }
  return { type: 'status', to: before?.status ?? 'suspended', from: ['deleting'] };
}
