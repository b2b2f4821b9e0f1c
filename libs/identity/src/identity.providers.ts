import type { Provider } from '@nestjs/common';
import { systemClock } from '@tenantry/core';
import { TenantApplication, TenantSync } from '@tenantry/core/spi';
import type { IdentityOptions } from './identity.options.js';
import { LoginLimits } from './login/login-limits.js';
import { PasswordLogins } from './login/password-logins.js';
import { Accounts } from './management/accounts.js';
import { GrantRule } from './management/grant-rule.js';
import { Roles } from './management/roles.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { Authorizations } from './permissions/authorizations.js';
import { FollowedChanges } from './permissions/followed-changes.js';
import { PermissionVocabulary } from './permissions/permission-vocabulary.js';
import { RequiredPermissions } from './permissions/required-permissions.js';
import { IdentityAudit } from './port/identity-audit.js';
import { ApiKeys } from './sessions/api-keys.js';
import { BearerTokens } from './sessions/bearer-tokens.js';
import { Inactivity } from './sessions/inactivity.js';
import { resolveSessionOptions } from './sessions/session-options.js';
import { SessionTokens } from './sessions/session-tokens.js';
import { Sessions } from './sessions/sessions.js';

/** Injection token of the {@link IdentityOptions}. */
export const IDENTITY_OPTIONS = Symbol('tenantry:identity-options');

/** What other providers are made of. */
class IdentityParts {
  readonly options: IdentityOptions;
  readonly authorizations: Authorizations;
  readonly audit: IdentityAudit;
  readonly rule: GrantRule;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;

  constructor(options: IdentityOptions, authorizations: Authorizations, audit: IdentityAudit) {
    const { vocabulary, passwords = {} } = options;
    this.options = options;
    this.authorizations = authorizations;
    this.audit = audit;
    this.rule = new GrantRule(vocabulary, authorizations);
    this.hasher = new PasswordHasher(passwords.cost);
    this.policy = new PasswordPolicy(passwords);
  }
}

function rolesOf({ options, rule, authorizations, audit }: IdentityParts): Roles {
  return new Roles(options.store, rule, authorizations, audit);
}

function accountsOf(parts: IdentityParts, roles: Roles): Accounts {
  return new Accounts({ ...parts, store: parts.options.store, roles });
}

function loginsOf({ options, hasher, audit }: IdentityParts): PasswordLogins {
  const { store, loginLimits = {}, clock = systemClock } = options;
  return new PasswordLogins(store, hasher, new LoginLimits(loginLimits, clock), audit);
}

function sessionsOf({ options, authorizations, audit }: IdentityParts, tokens: SessionTokens): Sessions {
  const { store, clock = systemClock } = options;
  const resolved = resolveSessionOptions(options.sessions);
  const inactivity = new Inactivity(store, resolved, clock);
  return new Sessions({ store, tokens, authorizations, inactivity, audit, options: resolved });
}

function apiKeysOf({ options, authorizations, rule, audit }: IdentityParts): ApiKeys {
  return new ApiKeys({ store: options.store, authorizations, rule, audit, now: options.sessions.now ?? Date.now });
}

/** Everything that `IdentityModule` provides, over {@link IDENTITY_OPTIONS}. */
export const IDENTITY_PROVIDERS: readonly Provider[] = [
  {
    provide: PermissionVocabulary,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ vocabulary }: IdentityOptions) => vocabulary,
  },
  {
    provide: IdentityAudit,
    inject: [TenantApplication],
    useFactory: ({ id }: TenantApplication) => new IdentityAudit(id),
  },
  {
    provide: Authorizations,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ store, vocabulary, clock = systemClock, authorizations }: IdentityOptions) =>
      new Authorizations(store, vocabulary, clock, authorizations),
  },
  {
    provide: IdentityParts,
    inject: [IDENTITY_OPTIONS, Authorizations, IdentityAudit],
    useFactory: (options: IdentityOptions, authorizations: Authorizations, audit: IdentityAudit) =>
      new IdentityParts(options, authorizations, audit),
  },
  { provide: Roles, inject: [IdentityParts], useFactory: rolesOf },
  { provide: Accounts, inject: [IdentityParts, Roles], useFactory: accountsOf },
  { provide: PasswordHasher, inject: [IdentityParts], useFactory: ({ hasher }: IdentityParts) => hasher },
  { provide: PasswordLogins, inject: [IdentityParts], useFactory: loginsOf },
  {
    provide: SessionTokens,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ sessions }: IdentityOptions) => new SessionTokens(resolveSessionOptions(sessions)),
  },
  { provide: Sessions, inject: [IdentityParts, SessionTokens], useFactory: sessionsOf },
  { provide: ApiKeys, inject: [IdentityParts], useFactory: apiKeysOf },
  {
    provide: BearerTokens,
    inject: [SessionTokens, Sessions, ApiKeys],
    useFactory: (tokens: SessionTokens, sessions: Sessions, apiKeys: ApiKeys) =>
      new BearerTokens(tokens, sessions, apiKeys),
  },
  {
    provide: FollowedChanges,
    inject: [TenantSync, Authorizations],
    useFactory: (sync: TenantSync, authorizations: Authorizations) => new FollowedChanges(sync, authorizations),
  },
  RequiredPermissions,
];
