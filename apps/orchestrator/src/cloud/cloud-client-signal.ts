import { CloudApiError } from './cloud-client-error.js';

/** Ends a call when its time is up, when the client closes, or when the caller wants; the reason is a `CloudApiError`. */
export class CallSignal {
  readonly #controller = new AbortController();
  readonly #watched: (() => void)[] = [];

  /**
   * @param timeoutMs from now on
   * @param closed aborts when the client closes
   * @param caller the caller's own signal
   */
  constructor(timeoutMs: number, closed: AbortSignal, caller?: AbortSignal) {
    this.#watch(closed, () => closedError());
    if (caller) this.#watch(caller, (cause) => new CloudApiError('aborted', 'The caller aborted the call.', { cause }));
    this.#watch(AbortSignal.timeout(timeoutMs), () => timeoutError(timeoutMs));
  }

  /** What to pass on. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Detaches from the three sources. To be called when the call has ended. */
  release(): void {
    for (const unwatch of this.#watched) unwatch();
  }

  // Not AbortSignal.any: on Node 20 and 22 it holds its sources weakly, so that a timeout may be collected and never fire.
  #watch(source: AbortSignal, errorOf: (reason: unknown) => CloudApiError): void {
    const abort = (): void => this.#controller.abort(errorOf(source.reason));
    if (source.aborted) return abort();
    source.addEventListener('abort', abort, { once: true });
    this.#watched.push(() => source.removeEventListener('abort', abort));
  }
}

function closedError(): CloudApiError {
  return new CloudApiError('closed', 'The cloud client is closed. Create another one.');
}

function timeoutError(timeoutMs: number): CloudApiError {
  return new CloudApiError(
    'timeout',
    `The cloud did not answer within ${timeoutMs} ms. Try again, or raise timeoutMs.`,
  );
}

/**
 * Waits for work that others may share, and stops waiting when the signal aborts; the work itself continues.
 *
 * @throws the signal's reason, or what the work throws
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
