import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { assertPeers } from '@tenantry/core/spi';
import type { IdentityAsyncOptions, IdentityOptions } from './identity.options.js';
import { IDENTITY_OPTIONS, IDENTITY_PROVIDERS } from './identity.providers.js';
import { PasswordLogins } from './login/password-logins.js';
import { Accounts } from './management/accounts.js';
import { Roles } from './management/roles.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { Authorizations } from './permissions/authorizations.js';
import { PermissionVocabulary } from './permissions/permission-vocabulary.js';
import { IdentityAudit } from './port/identity-audit.js';
import { ApiKeys } from './sessions/api-keys.js';
import { BearerTokens } from './sessions/bearer-tokens.js';
import { Sessions } from './sessions/sessions.js';

const EXPORTED = [
  Accounts,
  ApiKeys,
  Authorizations,
  BearerTokens,
  IdentityAudit,
  PasswordHasher,
  PasswordLogins,
  PermissionVocabulary,
  Roles,
  Sessions,
];

/** Accounts, roles, permissions and sessions of each tenant. Import it once, beside `MultitenancyModule.forRoot`. */
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
      providers: [{ provide: IDENTITY_OPTIONS, inject, useFactory }, ...IDENTITY_PROVIDERS],
      exports: EXPORTED,
    };
  }
}
