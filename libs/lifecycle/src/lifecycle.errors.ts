import { quote } from '@tenantry/core/spi';
import { LifecycleError } from './lifecycle.error.js';

/**
 * A listener does not allow a change of a tenant (409). Nothing was written. Thrown or returned by the `before` methods of a
 * `@TenantListener`.
 */
export class TenantVetoError extends LifecycleError {
  /** Why, for people. */
  readonly reason: string;

  /** @param reason why, for people; it is sent to the client and must hold no secret */
  constructor(reason: string, tenantId?: string) {
    super('MT_TENANT_VETOED', `The change was vetoed: ${reason}. Nothing was written.`, { tenantId });
    this.reason = reason;
  }
}

/** Another operation of the tenant is under way (409). Nothing was written. */
export class TenantOperationRunningError extends LifecycleError {
  /** The operation that is under way. */
  readonly operationId: string;

  constructor(tenantId: string, kind: string, operationId: string) {
    super(
      'MT_TENANT_OPERATION_RUNNING',
      `Tenant ${quote(tenantId)}: operation ${operationId} (${kind}) is under way. Wait until it has ended, and repeat.`,
      { tenantId },
    );
    this.operationId = operationId;
  }
}

/** The deletion of a tenant cannot be undone, or not any more (409). Nothing was written. */
export class TenantUndoRefusedError extends LifecycleError {
  constructor(tenantId: string, reason: string) {
    super('MT_TENANT_UNDO_REFUSED', `The deletion of tenant ${quote(tenantId)} cannot be undone: ${reason}.`, {
      tenantId,
    });
  }
}

/** A request key came again with another request (409). Nothing was written. */
export class RequestKeyReusedError extends LifecycleError {
  constructor(requestKey: string, operationId: string) {
    super(
      'MT_REQUEST_KEY_REUSED',
      `Request key ${quote(requestKey)} belongs to operation ${operationId}, which asks for something else. Use a key of its own for each request.`,
    );
  }
}

/** There is no operation of this id (404). */
export class OperationUnknownError extends LifecycleError {
  constructor(operationId: string) {
    super('MT_OPERATION_UNKNOWN', `There is no operation ${quote(operationId)}. Check the id.`);
  }
}

/** The operation cannot be resumed (409). Nothing was changed. */
export class OperationNotResumableError extends LifecycleError {
  constructor(operationId: string, reason: string) {
    super('MT_OPERATION_NOT_RESUMABLE', `Operation ${operationId} cannot be resumed: ${reason}.`);
  }
}

/** An operation has failed (503). What can be done is in the message; the cause is known to the node that ran it only. */
export class TenantOperationFailedError extends LifecycleError {
  /** The operation; `resume(operationId)` continues it where that is possible. */
  readonly operationId: string;

  /** @param remedy a sentence: what state things are in, and what to do */
  constructor(operation: { readonly id: string; readonly tenantId: string }, remedy: string, cause: unknown) {
    super('MT_OPERATION_FAILED', `Operation ${operation.id} has failed. ${remedy}`, {
      tenantId: operation.tenantId,
      cause,
    });
    this.operationId = operation.id;
  }
}

/**
 * A provisioner lacks what only the request had, such as a password (409). Thrown by a provisioner whose `input` is missing:
 * the operation waits, and `resume(operationId, input)` continues it.
 */
export class TenantInputNeededError extends LifecycleError {
  /** @param what names what is missing, without any value */
  constructor(what: string, tenantId?: string) {
    super('MT_TENANT_INPUT_NEEDED', `${what} is needed. Resume the operation with it.`, { tenantId });
  }
}

/** A provisioner or listener did not settle in time (503). Recorded as the fault of the attempt; it is tried again. */
export class TenantParticipantTimeoutError extends LifecycleError {
  /** @param part such as `provision:users` */
  constructor(part: string, timeoutMs: number) {
    const remedy = 'Give what it calls a shorter limit, or raise lifecycle.participantTimeoutMs.';
    super('MT_PARTICIPANT_TIMEOUT', `${part} has not settled within ${timeoutMs} ms. ${remedy}`);
  }
}

/** Another node works on this operation by now (503): this one did not renew its claim in time. Its result can be asked for. */
export class OperationTakenOverError extends LifecycleError {
  constructor(operationId: string) {
    super(
      'MT_OPERATION_TAKEN_OVER',
      `Operation ${operationId} is not this node's any more. Another node continues it; ask for its result there.`,
    );
  }
}
