import { publishAudit } from '@tenantry/core/spi';

/** What happened, without any secret. */
export interface IdentityEvent {
  /** Such as `login.failed`, `account.added`, `roles.set`. */
  readonly action: string;
  readonly tenantId: string;
  /** Account that it happened to. */
  readonly accountId?: string | undefined;
  /** Account that did it; absent = the application, or an unknown person. */
  readonly actorId?: string | undefined;
}

/** Publishes what happens to accounts on the audit channel of `@tenantry/core`, as events of the type `identity`. */
export class IdentityAudit {
  readonly #applicationId: string | undefined;

  /** @param applicationId `TenantApplication.id` */
  constructor(applicationId: string | undefined) {
    this.#applicationId = applicationId;
  }

  publish({ action, tenantId, accountId, actorId }: IdentityEvent): void {
    publishAudit({ type: 'identity', action, tenantId, accountId, actorId }, this.#applicationId);
  }
}
