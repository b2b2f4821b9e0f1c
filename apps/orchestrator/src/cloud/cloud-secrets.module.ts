import { Module } from '@nestjs/common';
import { CLOCK } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import { CloudAccountRepository } from './cloud-account.repository.js';
import { CloudAccountsModule } from './cloud-accounts.module.js';
import { CLOUD_SECRETS, cloudSecrets } from './cloud-secrets.js';

/** Where the tenants' credentials at the cloud come from. */
@Module({
  imports: [CloudAccountsModule],
  providers: [{ provide: CLOUD_SECRETS, inject: [SETTINGS, CloudAccountRepository, CLOCK], useFactory: cloudSecrets }],
  exports: [CLOUD_SECRETS],
})
export class CloudSecretsModule {}
