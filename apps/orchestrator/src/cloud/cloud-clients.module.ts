import { Module } from '@nestjs/common';
import { MultitenancyModule } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { rotateClients } from '@tenantry/secrets';
import type { ObservedSecrets } from '@tenantry/secrets';
import { CLOCK } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { CLOUD_CLIENT, cloudClientFactory } from './cloud-client.factory.js';
import { CloudSecretsModule } from './cloud-secrets.module.js';
import { CLOUD_SECRETS } from './cloud-secrets.js';

const cloudClients = MultitenancyModule.forFeatureAsync({
  name: CLOUD_CLIENT,
  imports: [CloudSecretsModule],
  inject: [SETTINGS, CLOUD_SECRETS, CLOCK],
  useFactory: (settings: Settings, secrets: ObservedSecrets, clock: Clock) =>
    cloudClientFactory(settings, secrets, () => clock.now()),
});

/** Clients whose credentials have changed are renewed. */
const rotation = rotateClients({
  kind: CLOUD_CLIENT,
  secrets: CLOUD_SECRETS,
  clock: CLOCK,
  imports: [CloudSecretsModule],
});

/** One live client of the cloud per tenant: `@InjectTenantClient(CLOUD_CLIENT)`, their registry and their rotation. */
@Module({ imports: [cloudClients, rotation], exports: [cloudClients, rotation] })
export class CloudClientsModule {}
