/** What scopes and rounds need to know of the application's shutdown. A port: the shutdown itself knows more than the context. */
export abstract class ShutdownSignals {
  /** Fires when the shutdown begins: nothing new is started. */
  abstract readonly begun: AbortSignal;
  /** Fires at the deadline of the shutdown: work under way must end. */
  abstract readonly deadline: AbortSignal;

  /** Settles with the work, and at the deadline of the shutdown at the latest. Rejects as the work does. */
  async within(work: Promise<unknown>): Promise<void> {
    const { deadline } = this;
    let stop = (): void => undefined;
    const passed = new Promise<void>((resolve) => (stop = resolve));
    deadline.addEventListener('abort', stop, { once: true });
    if (deadline.aborted) stop();
    try {
      await Promise.race([work, passed]);
    } finally {
      deadline.removeEventListener('abort', stop);
    }
  }
}
