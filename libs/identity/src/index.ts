export { IDENTITY_ERROR_CODES, IdentityError } from './port/identity.error.js';
export { IdentityModule } from './identity.module.js';
export type { IdentityAsyncOptions, IdentityOptions } from './identity.options.js';
export { LoginLimits } from './login/login-limits.js';
export type { LoginAttempt, LoginLimitOptions } from './login/login-limits.js';
export { PasswordLogins } from './login/password-logins.js';
export type { PasswordLogin } from './login/password-logins.js';
export { Accounts } from './management/accounts.js';
export type { NewAccount } from './management/accounts.js';
export { Roles } from './management/roles.js';
export { DEFAULT_PASSWORD_COST, PasswordHasher } from './passwords/password-hasher.js';
export type { PasswordCost } from './passwords/password-hasher.js';
export { PasswordPolicy } from './passwords/password-policy.js';
export type { PasswordPolicyOptions } from './passwords/password-policy.js';
export { Authorizations } from './permissions/authorizations.js';
export type { Authorization, AuthorizationOptions } from './permissions/authorizations.js';
export { PermissionGuard } from './permissions/permission.guard.js';
export { PermissionSet } from './permissions/permission-set.js';
export { PermissionVocabulary } from './permissions/permission-vocabulary.js';
export type { PermissionLevel, PermissionsOptions } from './permissions/permission-vocabulary.js';
export { RequirePermission } from './permissions/require-permission.decorator.js';
export type { Account, AccountGrants, AccountStatus, Role, TenantIdentityState } from './port/account.js';
export {
  AccountExistsError,
  AccountUnknownError,
  ApiKeyInvalidError,
  ApiKeyUnknownError,
  CredentialsInvalidError,
  GrantRefusedError,
  IdentityInputError,
  LastAdministratorError,
  LoginLimitedError,
  PasswordWeakError,
  PermissionDeniedError,
  RoleExistsError,
  RoleUnknownError,
  SessionEndedError,
  SessionUnknownError,
} from './port/identity.errors.js';
export { IdentityAudit } from './port/identity-audit.js';
export type { IdentityEvent } from './port/identity-audit.js';
export { APPLICATION } from './port/identity-principal.js';
export type { IdentityActor, IdentityPrincipal } from './port/identity-principal.js';
export type {
  AccountChanges,
  AccountKey,
  AccountListQuery,
  IdentityStore,
  NewStoredAccount,
  TenantIdentityStore,
} from './port/identity-store.js';
export type {
  ApiKeySummary,
  NewApiKey,
  NewSession,
  RefreshOutcome,
  SessionSummary,
  StoredApiKey,
  StoredSession,
  TenantIdle,
  TenantSessionStore,
} from './port/session.js';
export { ApiKeys } from './sessions/api-keys.js';
export type { ApiKeyRequest } from './sessions/api-keys.js';
export { BearerTokens } from './sessions/bearer-tokens.js';
export type { ReadBearerToken } from './sessions/bearer-tokens.js';
export type { SessionOptions } from './sessions/session-options.js';
export { TENANT_CLAIM } from './sessions/session-tokens.js';
export { Sessions } from './sessions/sessions.js';
export type { IssuedTokens, SessionOpening } from './sessions/sessions.js';
export { accountName, ADMINISTRATOR_ROLE, emailAddress, PRIMARY_STORE, roleName } from './port/names.js';
