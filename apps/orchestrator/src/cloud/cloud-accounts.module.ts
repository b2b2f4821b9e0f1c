import { Module } from '@nestjs/common';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { CloudAccountHook } from './cloud-account.hook.js';
import { CloudAccountRepository } from './cloud-account.repository.js';
import { CredentialsCipher } from './credentials-cipher.js';
import { credentialsKeys } from './credentials-keys.js';

/** The tenants' credentials at the cloud, where they are in the database. */
@Module({
  providers: [
    {
      provide: CredentialsCipher,
      inject: [SETTINGS],
      useFactory: async (settings: Settings) => new CredentialsCipher(await credentialsKeys(settings)),
    },
    CloudAccountHook,
    CloudAccountRepository,
  ],
  exports: [CloudAccountRepository],
})
export class CloudAccountsModule {}
