import { randomUUID } from 'node:crypto';

/**
 * Names one application in every event on the diagnostics channels: a process may run several, and the channels are the
 * process's. The id is unique and lasts as long as the application; it is no label for people.
 */
export class TenantApplication {
  readonly id: string = randomUUID();
}

/** Part of every event on a diagnostics channel. */
export interface OfApplication {
  /** {@link TenantApplication.id}; `undefined` for a registry that is used without Nest and was given none. */
  readonly applicationId: string | undefined;
}
