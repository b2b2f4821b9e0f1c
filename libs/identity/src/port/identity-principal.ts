/** Who sent a request, as authentication left it in `request.user`. */
export interface IdentityPrincipal {
  /** Id of the tenant that the credentials are bound to. */
  readonly tenantId: string;
  /** Id of the account, a UUID. */
  readonly accountId: string;
  /** Name of the account. */
  readonly name: string;
  /** Id of the session; absent for an API key. */
  readonly sessionId?: string;
  /** Id of the API key; absent for a session. */
  readonly apiKeyId?: string;
  /** Narrows the permissions to these, for an API key. Absent = all that the account holds. */
  readonly scopes?: readonly string[];
}

/** Stands for the application itself: provisioning, scripts. The grant rule does not bind it. Never use it for a request. */
export const APPLICATION: unique symbol = Symbol('tenantry.identity.application');

/** On whose behalf an account or a role is changed. */
export type IdentityActor = IdentityPrincipal | typeof APPLICATION;
