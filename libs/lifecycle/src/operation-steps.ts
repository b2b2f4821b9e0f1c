import { CatalogUnavailableError } from '@tenantry/core';
import { backoffMs } from '@tenantry/core/spi';
import { OperationTakenOverError, TenantInputNeededError } from './lifecycle.errors.js';
import { callInTime } from './call-in-time.js';
import type { ClaimSession } from './claim-session.js';
import { publishLifecycle } from './lifecycle-events.js';
import type { ResolvedLifecycleOptions } from './lifecycle-options.js';
import type { LifecycleParticipants, Participant } from './lifecycle-participants.js';
import { faultOf } from './operation-fault.js';
import { listenerMethods } from './tenant-lifecycle-listener.js';
import type { OperationPatch } from './tenant-lifecycle-store.js';
import type { TenantOperation } from './tenant-operation.js';
import type { PROVISIONER_METHODS, TenantProvisioner } from './tenant-provisioner.js';

/** What the steps need around them. */
export interface OperationStepsParts {
  readonly options: ResolvedLifecycleOptions;
  readonly participants: () => LifecycleParticipants;
  /** Closes the clients of a tenant on this node. */
  readonly releaseClients: (tenantId: string) => Promise<unknown>;
  /** How many scopes of a tenant are open on this node. */
  readonly openScopes: (tenantId: string) => number;
  /** Called when the operation has reached another step, and may have written the record. */
  readonly changed: (operation: TenantOperation) => void;
}

/** One piece of work of an operation. */
interface Work {
  /** Under which it is recorded as finished. */
  readonly part: string;
  readonly run: (stop: AbortSignal) => unknown;
  /** What the operation becomes when all attempts have failed. */
  readonly exhausted: OperationPatch;
}

const FAILED: OperationPatch = { state: 'failed' };

/** What is done at each step of an operation. Each call does one piece of work and records it. */
export class OperationSteps {
  readonly #parts: OperationStepsParts;

  constructor(parts: OperationStepsParts) {
    this.#parts = parts;
  }

  /**
   * Does the next piece of work, or pauses before another attempt.
   *
   * @param input what only the request had
   * @returns the operation as it is recorded then
   * @throws `MT_OPERATION_TAKEN_OVER`, `MT_CATALOG_UNAVAILABLE`; what threw in a participant is recorded instead
   */
  next(operation: TenantOperation, session: ClaimSession, input: unknown): Promise<TenantOperation> {
    switch (operation.step) {
      case 'provision':
        return this.#provision(operation, session, input);
      case 'undo':
        return this.#undo(operation, session, input);
      case 'grace':
        return session.save({ step: 'drain', deadlineMs: this.#parts.options.drainTimeoutMs });
      case 'drain':
        return this.#drain(operation, session);
      case 'remove':
        return this.#remove(operation, session, input);
      default:
        return this.#notify(operation, session);
    }
  }

  #provision(operation: TenantOperation, session: ClaimSession, input: unknown): Promise<TenantOperation> {
    const { onProvisionFailure } = this.#parts.options;
    const exhausted: OperationPatch = onProvisionFailure === 'keep' ? FAILED : { state: 'compensating', step: 'undo' };
    const provisioners = this.#parts.participants().provisioners;
    const work = this.#nextWork('provision', provisioners, operation, session, input, exhausted);
    if (work !== undefined) return this.#attempt(operation, session, work);
    const write = { type: 'status', to: 'active', from: ['provisioning', 'active'] } as const;
    return this.#write(session, { write, step: 'notify' });
  }

  /** Takes back what is finished, and what was begun last, in reverse. */
  #undo(operation: TenantOperation, session: ClaimSession, input: unknown): Promise<TenantOperation> {
    const ordered = this.#parts.participants().provisioners;
    const isFinished = ({ name }: Participant<unknown>): boolean => operation.finished.includes(`provision:${name}`);
    const begun = ordered.find((each) => each.instance.provision !== undefined && !isFinished(each));
    const touched = ordered.filter((each) => each === begun || isFinished(each)).reverse();
    const work = this.#nextWork('undo', touched, operation, session, input, FAILED);
    if (work !== undefined) return this.#attempt(operation, session, work);
    return this.#write(session, { write: { type: 'remove' }, state: 'failed', step: 'compensated' });
  }

  async #drain(operation: TenantOperation, session: ClaimSession): Promise<TenantOperation> {
    const { drained, drainPollMs } = this.#parts.options;
    try {
      await this.#parts.releaseClients(operation.tenantId);
      const leftMs = (await session.renew()).deadlineInMs ?? 0;
      const isIdle = this.#parts.openScopes(operation.tenantId) === 0;
      if (leftMs <= 0 || (isIdle && (await drained(operation.tenantId)))) return await session.save({ step: 'remove' });
      await session.pause(Math.min(drainPollMs, leftMs));
      return await session.renew();
    } catch (error) {
      if (isInterruption(error)) throw error;
      return this.#failed(operation, session, { part: 'drain', run: () => undefined, exhausted: FAILED }, error);
    }
  }

  #remove(operation: TenantOperation, session: ClaimSession, input: unknown): Promise<TenantOperation> {
    const reversed = [...this.#parts.participants().provisioners].reverse();
    const work = this.#nextWork('remove', reversed, operation, session, input, FAILED);
    if (work !== undefined) return this.#attempt(operation, session, work);
    return this.#write(session, { write: { type: 'remove' }, step: 'notify' });
  }

  /** Notifies every listener that was not notified yet; a failing one does not stop the others. */
  async #notify(operation: TenantOperation, session: ClaimSession): Promise<TenantOperation> {
    const { id: operationId, kind, before, tenant, attempts } = operation;
    const methods = listenerMethods('after', kind);
    let [current, failure]: [TenantOperation, { part: string; error: unknown } | undefined] = [operation, undefined];
    for (const { name, instance } of this.#parts.participants().listeners) {
      const part = `after:${name}`;
      if (!methods.some((method) => instance[method] !== undefined) || operation.finished.includes(part)) continue;
      if (session.signal.aborted) return current;
      try {
        await this.#call(part, async () => {
          for (const method of methods) await instance[method]?.({ operationId, kind, before, tenant });
        });
      } catch (error) {
        failure ??= { part, error };
        continue;
      }
      current = await session.save({ finish: part, attempts });
    }
    if (failure === undefined) return session.save({ state: 'done', step: 'finished', error: null });
    return this.#failed(
      current,
      session,
      { part: failure.part, run: () => undefined, exhausted: FAILED },
      failure.error,
    );
  }

  #nextWork(
    method: (typeof PROVISIONER_METHODS)[number],
    participants: readonly Participant<TenantProvisioner>[],
    { id: operationId, finished, tenant }: TenantOperation,
    { signal }: ClaimSession,
    input: unknown,
    exhausted: OperationPatch,
  ): Work | undefined {
    const open = ({ name, instance }: Participant<TenantProvisioner>): boolean =>
      instance[method] !== undefined && !finished.includes(`${method}:${name}`);
    const next = participants.find(open);
    if (next === undefined) return undefined;
    const run = (stop: AbortSignal): unknown =>
      next.instance[method]?.({ tenant, operationId, input, signal: AbortSignal.any([signal, stop]) });
    return { part: `${method}:${next.name}`, run, exhausted };
  }

  async #attempt(operation: TenantOperation, session: ClaimSession, work: Work): Promise<TenantOperation> {
    try {
      await this.#call(work.part, work.run);
    } catch (error) {
      return this.#failed(operation, session, work, error);
    }
    return session.save({ finish: work.part });
  }

  #call(part: string, call: (stop: AbortSignal) => unknown): Promise<void> {
    const { clock, participantTimeoutMs: timeoutMs } = this.#parts.options;
    return callInTime(call, { clock, timeoutMs, part });
  }

  async #failed(
    operation: TenantOperation,
    session: ClaimSession,
    { part, exhausted }: Work,
    cause: unknown,
  ): Promise<TenantOperation> {
    if (session.signal.aborted) return operation;
    const { maxAttempts, retryBackoffMs, random } = this.#parts.options;
    const [attempts, error] = [operation.attempts + 1, faultOf(part, cause)];
    session.lastCause = cause;
    this.#report(operation, part, cause);
    if (cause instanceof TenantInputNeededError) return session.save({ state: 'failed', attempts, error });
    if (attempts >= maxAttempts) return session.save({ ...exhausted, error });
    const nextAttemptMs = backoffMs(attempts, retryBackoffMs, random());
    await session.save({ attempts, error, nextAttemptMs });
    await session.pause(nextAttemptMs);
    return session.renew();
  }

  /** A write that the record does not allow any more (written to past the operation) is a failure for an operator to examine. */
  async #write(session: ClaimSession, patch: OperationPatch): Promise<TenantOperation> {
    try {
      return await session.save(patch);
    } catch (error) {
      if (isInterruption(error)) throw error;
      session.lastCause = error;
      return session.save({ state: 'failed', error: faultOf('write', error) });
    }
  }

  #report(operation: TenantOperation, part: string, cause: unknown): void {
    publishLifecycle({ type: 'attemptFailed', operation, part, cause }, this.#parts.options);
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof OperationTakenOverError || error instanceof CatalogUnavailableError;
}
