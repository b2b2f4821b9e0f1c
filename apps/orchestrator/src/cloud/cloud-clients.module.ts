import { Module } from '@nestjs/common';
import { MultitenancyModule } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { CLOCK } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { CloudAccountRepository } from './cloud-account.repository.js';
import { CloudAccountsModule } from './cloud-accounts.module.js';
import { CLOUD_CLIENT, cloudClientFactory } from './cloud-client.factory.js';

const cloudClients = MultitenancyModule.forFeatureAsync({
  name: CLOUD_CLIENT,
  imports: [CloudAccountsModule],
  inject: [SETTINGS, CloudAccountRepository, CLOCK],
  useFactory: (settings: Settings, accounts: CloudAccountRepository, clock: Clock) =>
    cloudClientFactory(settings, accounts, () => clock.now()),
});

/** One live client of the cloud per tenant: `@InjectTenantClient(CLOUD_CLIENT)`, and their registry. */
@Module({ imports: [cloudClients], exports: [cloudClients] })
export class CloudClientsModule {}
