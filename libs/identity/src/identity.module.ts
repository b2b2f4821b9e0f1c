import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { systemClock } from '@tenantry/core';
import { assertPeers, TenantApplication } from '@tenantry/core/spi';
import type { IdentityAsyncOptions, IdentityOptions } from './identity.options.js';
import { LoginLimits } from './login/login-limits.js';
import { PasswordLogins } from './login/password-logins.js';
import { Accounts } from './management/accounts.js';
import { GrantRule } from './management/grant-rule.js';
import { Roles } from './management/roles.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { Authorizations } from './permissions/authorizations.js';
import { PermissionVocabulary } from './permissions/permission-vocabulary.js';
import { RequiredPermissions } from './permissions/required-permissions.js';
import { IdentityAudit } from './port/identity-audit.js';

const OPTIONS = Symbol('tenantry:identity-options');

/** Accounts and roles need the same parts, which are made in one place. */
function managementOf(options: IdentityOptions, authorizations: Authorizations, audit: IdentityAudit): Management {
  const { store, vocabulary, passwords = {} } = options;
  const rule = new GrantRule(vocabulary, authorizations);
  const roles = new Roles(store, rule, authorizations, audit);
  const hasher = new PasswordHasher(passwords.cost);
  const policy = new PasswordPolicy(passwords);
  return { roles, hasher, accounts: new Accounts({ store, rule, roles, hasher, policy, authorizations, audit }) };
}

class Management {
  declare readonly roles: Roles;
  declare readonly hasher: PasswordHasher;
  declare readonly accounts: Accounts;
}

function loginsOf(
  { store, loginLimits = {}, clock = systemClock }: IdentityOptions,
  { hasher }: Management,
  audit: IdentityAudit,
): PasswordLogins {
  return new PasswordLogins(store, hasher, new LoginLimits(loginLimits, clock), audit);
}

const PROVIDERS: readonly Provider[] = [
  {
    provide: PermissionVocabulary,
    inject: [OPTIONS],
    useFactory: ({ vocabulary }: IdentityOptions) => vocabulary,
  },
  {
    provide: IdentityAudit,
    inject: [TenantApplication],
    useFactory: ({ id }: TenantApplication) => new IdentityAudit(id),
  },
  {
    provide: Authorizations,
    inject: [OPTIONS],
    useFactory: ({ store, vocabulary, clock = systemClock, authorizations }: IdentityOptions) =>
      new Authorizations(store, vocabulary, clock, authorizations),
  },
  { provide: Management, inject: [OPTIONS, Authorizations, IdentityAudit], useFactory: managementOf },
  { provide: Accounts, inject: [Management], useFactory: ({ accounts }: Management) => accounts },
  { provide: Roles, inject: [Management], useFactory: ({ roles }: Management) => roles },
  { provide: PasswordHasher, inject: [Management], useFactory: ({ hasher }: Management) => hasher },
  { provide: PasswordLogins, inject: [OPTIONS, Management, IdentityAudit], useFactory: loginsOf },
  RequiredPermissions,
];

/** Accounts, roles and permissions of each tenant. Import it once, beside `MultitenancyModule.forRoot`. */
@Module({})
export class IdentityModule {
  /** Sets it up. Bad options stop the start of the application with `MT_OPTIONS_INVALID`. */
  static forRoot(options: IdentityOptions): DynamicModule {
    return IdentityModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. @throws `MT_PEER_UNSUPPORTED` */
  static forRootAsync({ imports = [], inject = [], useFactory }: IdentityAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/identity', url: import.meta.url });
    return {
      module: IdentityModule,
      global: true,
      imports: [DiscoveryModule, ...imports],
      providers: [{ provide: OPTIONS, inject, useFactory }, ...PROVIDERS],
      exports: [Accounts, Authorizations, IdentityAudit, PasswordHasher, PasswordLogins, PermissionVocabulary, Roles],
    };
  }
}
