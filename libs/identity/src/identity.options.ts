import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { Clock } from '@tenantry/core';
import type { LoginLimitOptions } from './login/login-limits.js';
import type { PasswordCost } from './passwords/password-hasher.js';
import type { PasswordPolicyOptions } from './passwords/password-policy.js';
import type { AuthorizationOptions } from './permissions/authorizations.js';
import type { PermissionVocabulary } from './permissions/permission-vocabulary.js';
import type { SessionOptions } from './sessions/session-options.js';
import type { IdentityStore } from './port/identity-store.js';

/** What `IdentityModule.forRoot` takes. */
export interface IdentityOptions {
  /** The permissions that the code knows; the same object that `migrateIdentity` is given. */
  readonly vocabulary: PermissionVocabulary;
  /** Where accounts, roles and passwords are kept. */
  readonly store: IdentityStore;
  /** Which passwords are accepted, and what a hash costs. Default: 8 characters, score 3, argon2id with 19 MiB and 2 passes. */
  readonly passwords?: PasswordPolicyOptions & { readonly cost?: PasswordCost };
  /** How many log-in attempts are evaluated at full speed. */
  readonly loginLimits?: LoginLimitOptions;
  /** How sessions of users work. */
  readonly sessions: SessionOptions;
  /** How much is kept in memory about permissions, and for how long without a notification. */
  readonly authorizations?: AuthorizationOptions;
  /** For tests. */
  readonly clock?: Clock;
}

/** What `IdentityModule.forRootAsync` takes. */
export interface IdentityAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are what `inject` names.
  readonly useFactory: (...args: never[]) => IdentityOptions | Promise<IdentityOptions>;
}
