import { MultitenancyError } from './multitenancy.error.js';

/** A scope hook threw what is no `HttpException` (500). The work was not begun. Its `cause` is what the hook threw. */
export class ScopeHookFailedError extends MultitenancyError {
  constructor(cause: unknown, tenantId?: string) {
    super('MT_HOOK_FAILED', 'A scope hook failed. See `cause` in the log.', { cause, tenantId });
  }
}

/** A scope hook or an entry step did not settle in time (503). The work was not begun. */
export class ScopeHookTimeoutError extends MultitenancyError {
  /** @param name class of the hook */
  constructor(name: string, timeoutMs: number, tenantId?: string) {
    super(
      'MT_HOOK_TIMEOUT',
      `${name} did not settle within ${timeoutMs} ms. Limit what it calls, or raise its timeoutMs.`,
      { tenantId },
    );
  }
}
