import { TenantScopeEndedError } from '@tenantry/core';
import type { OpenTenantScope } from '@tenantry/core/spi';

/** The part of a worker of BullMQ that is used here. */
interface ClosingWorker {
  once(event: 'closed', listener: () => void): unknown;
}

/**
 * The scopes of the jobs that a worker runs. Their `signal` fires when their job is cancelled, and when the worker has closed
 * without waiting for them: another worker starts them again.
 */
export class RunningJobs {
  readonly #scopes = new Set<OpenTenantScope>();
  #isFollowing = false;

  /**
   * Fires the signals at the end of a worker. The first call counts.
   *
   * @param workerOf throws where there is none: a processor of REQUEST scope, and one that a test calls
   */
  follow(workerOf: () => ClosingWorker): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    workerIn(workerOf)?.once('closed', () =>
      this.#scopes.forEach((scope) => scope.abort(ended('the worker of the job has closed'))),
    );
  }

  /**
   * Notes a job.
   *
   * @param cancelled fires when the job is cancelled
   * @returns takes the note back
   */
  add(scope: OpenTenantScope, cancelled: AbortSignal | undefined): () => void {
    const cancel = (): void => scope.abort(ended('the job was cancelled'));
    this.#scopes.add(scope);
    cancelled?.addEventListener('abort', cancel, { once: true });
    if (cancelled?.aborted === true) cancel();
    return () => {
      this.#scopes.delete(scope);
      cancelled?.removeEventListener('abort', cancel);
    };
  }
}

function workerIn(workerOf: () => ClosingWorker): ClosingWorker | undefined {
  try {
    return workerOf();
  } catch {
    return undefined;
  }
}

function ended(why: string): TenantScopeEndedError {
  return new TenantScopeEndedError(why);
}
