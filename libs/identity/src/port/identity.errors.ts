import { quote } from '@tenantry/core/spi';
import { IdentityError } from './identity.error.js';

/** A name, e-mail or other input is not acceptable (`MT_IDENTITY_INPUT_INVALID`, 400). Nothing was changed. */
export class IdentityInputError extends IdentityError {
  /** Which input. */
  readonly field: string;

  /** @param allowed what is allowed, a clause */
  constructor(field: string, value: unknown, allowed: string) {
    super('MT_IDENTITY_INPUT_INVALID', `The ${field} ${quote(value)} is not acceptable. Allowed: ${allowed}.`);
    this.field = field;
  }
}

/** A password does not satisfy the policy (`MT_PASSWORD_WEAK`, 400). The message never carries the password. */
export class PasswordWeakError extends IdentityError {
  /** @param remedy what to do, a sentence */
  constructor(remedy: string) {
    super('MT_PASSWORD_WEAK', `This password is too easy to guess. ${remedy}`);
  }
}

/** The name or the password is wrong, or the account is disabled (`MT_CREDENTIALS_INVALID`, 401): the same for each. */
export class CredentialsInvalidError extends IdentityError {
  constructor(tenantId: string) {
    super('MT_CREDENTIALS_INVALID', 'The name or the password is wrong.', { tenantId });
  }
}

/** An address has made too many log-in attempts (`MT_LOGIN_LIMITED`, 429). */
export class LoginLimitedError extends IdentityError {
  /** @param retryAfterMs milliseconds after which the address may try again */
  constructor(retryAfterMs: number) {
    super('MT_LOGIN_LIMITED', 'This address has made too many log-in attempts. Try again later.', { retryAfterMs });
  }
}

/** A principal lacks a permission (`MT_PERMISSION_DENIED`, 403). */
export class PermissionDeniedError extends IdentityError {
  /** The permissions that are needed and missing. */
  readonly missing: readonly string[];

  constructor(missing: readonly string[], tenantId?: string) {
    const needed = missing.map((permission) => quote(permission)).join(', ');
    super('MT_PERMISSION_DENIED', `You lack the permission ${needed}. Ask your administrator for it.`, { tenantId });
    this.missing = missing;
  }
}

/** A principal would grant more than it holds, or act in another tenant (`MT_GRANT_REFUSED`, 403). Nothing was changed. */
export class GrantRefusedError extends IdentityError {
  /** @param reason what is refused, a sentence */
  constructor(reason: string, tenantId?: string) {
    super('MT_GRANT_REFUSED', `${reason} A user grants only permissions that this user holds.`, { tenantId });
  }
}

/** An account of that name or e-mail is there (`MT_ACCOUNT_EXISTS`, 409). */
export class AccountExistsError extends IdentityError {
  constructor(tenantId: string) {
    super('MT_ACCOUNT_EXISTS', 'An account with this name or e-mail exists. Choose another one.', { tenantId });
  }
}

/** The tenant has no such account (`MT_ACCOUNT_UNKNOWN`, 404). */
export class AccountUnknownError extends IdentityError {
  constructor(tenantId: string) {
    super('MT_ACCOUNT_UNKNOWN', 'This tenant has no such account. Check the name.', { tenantId });
  }
}

/** A role of that name is there (`MT_ROLE_EXISTS`, 409). */
export class RoleExistsError extends IdentityError {
  constructor(tenantId: string, role: string) {
    super('MT_ROLE_EXISTS', `The role ${quote(role)} exists. Choose another name.`, { tenantId });
  }
}

/** The tenant has no such role (`MT_ROLE_UNKNOWN`, 404). */
export class RoleUnknownError extends IdentityError {
  constructor(tenantId: string, role: string) {
    super('MT_ROLE_UNKNOWN', `This tenant has no role ${quote(role)}. Create it first, or check the name.`, {
      tenantId,
    });
  }
}

/** A session has ended, or its token is not good (`MT_SESSION_ENDED`, 401). */
export class SessionEndedError extends IdentityError {
  constructor(tenantId?: string, cause?: unknown) {
    super('MT_SESSION_ENDED', 'This session has ended. Log in again.', { tenantId, cause });
  }
}

/** The tenant has no such session, or not of this account (`MT_SESSION_UNKNOWN`, 404). */
export class SessionUnknownError extends IdentityError {
  constructor(tenantId: string) {
    super('MT_SESSION_UNKNOWN', 'There is no such session. It may have ended already.', { tenantId });
  }
}

/** An API key is malformed, removed or expired, or its account is disabled (`MT_API_KEY_INVALID`, 401). */
export class ApiKeyInvalidError extends IdentityError {
  constructor(tenantId?: string) {
    super('MT_API_KEY_INVALID', 'This API key is not accepted. Create another one.', { tenantId });
  }
}

/** The account has no such API key (`MT_API_KEY_UNKNOWN`, 404). */
export class ApiKeyUnknownError extends IdentityError {
  constructor(tenantId: string) {
    super('MT_API_KEY_UNKNOWN', 'There is no such API key. It may have been removed already.', { tenantId });
  }
}

/** The change would leave a tenant without an active administrator (`MT_LAST_ADMINISTRATOR`, 409). Nothing was changed. */
export class LastAdministratorError extends IdentityError {
  constructor(tenantId: string) {
    const message = 'This account is the last active administrator. Give another account the role "admin" first.';
    super('MT_LAST_ADMINISTRATOR', message, { tenantId });
  }
}
