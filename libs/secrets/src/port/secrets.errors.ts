import { SecretsError } from './secrets.error.js';

/** Details of a {@link SecretsUnavailableError}. */
export interface SecretsOutage {
  readonly cause?: unknown;
  readonly tenantId?: string;
  /** Milliseconds after which trying again may help. */
  readonly retryAfterMs?: number;
}

/** The secrets cannot be read at the moment (`MT_SECRETS_UNAVAILABLE`, 503): an outage, which says nothing about the tenant. */
export class SecretsUnavailableError extends SecretsError {
  /** @param what happened, a clause without secrets */
  constructor(what: string, details: SecretsOutage = {}) {
    super('MT_SECRETS_UNAVAILABLE', `The secrets of tenants cannot be read at the moment: ${what}.`, details);
  }
}

/** The store of secrets refuses the login of this service (`MT_SECRETS_LOGIN_REFUSED`): its set-up is wrong, for every tenant. */
export class SecretsLoginRefusedError extends SecretsError {
  /** @param what happened and what to check, sentences without secrets */
  constructor(what: string, details: SecretsOutage = {}) {
    super('MT_SECRETS_LOGIN_REFUSED', `The store of secrets does not accept this service. ${what}`, details);
  }
}

/** A tenant has no credentials there, or their current version was deleted (`MT_SECRET_MISSING`). */
export class SecretMissingError extends SecretsError {
  /** @param remedy what to do, a sentence without secrets */
  constructor(tenantId: string, remedy: string) {
    super('MT_SECRET_MISSING', `Tenant ${tenantId} has no credentials. ${remedy}`, { tenantId });
  }
}

/** This service may not read the credentials of a tenant (`MT_SECRET_DENIED`). */
export class SecretDeniedError extends SecretsError {
  /** @param remedy what to do, a sentence without secrets */
  constructor(tenantId: string, remedy: string) {
    super('MT_SECRET_DENIED', `The credentials of tenant ${tenantId} may not be read. ${remedy}`, { tenantId });
  }
}

/** The credentials of a tenant are not usable (`MT_SECRET_INVALID`). The message names the field and never its value. */
export class SecretInvalidError extends SecretsError {
  /** The field; `undefined` when the credentials as a whole are meant. */
  readonly field: string | undefined;

  /** @param problem a clause without secrets */
  constructor(tenantId: string, problem: string, field?: string) {
    const subject = field === undefined ? 'They' : `Field ${JSON.stringify(field)}`;
    super('MT_SECRET_INVALID', `The credentials of tenant ${tenantId} cannot be used. ${subject} ${problem}.`, {
      tenantId,
    });
    this.field = field;
  }
}
