import type { Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ShutdownSignals } from '../context/shutdown-signals.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { ApplicationShutdown } from './shutdown/application-shutdown.js';

/** How the application shuts down. */
export const SHUTDOWN_PROVIDERS: Provider[] = [
  {
    provide: ApplicationShutdown,
    inject: [MULTITENANCY_OPTIONS, HttpAdapterHost, TenantClientRegistries],
    useFactory: (
      { shutdown, clock }: ResolvedMultitenancyOptions,
      host: HttpAdapterHost,
      kinds: TenantClientRegistries,
    ) => new ApplicationShutdown({ options: shutdown, clock, host, kinds }),
  },
  { provide: ShutdownSignals, useExisting: ApplicationShutdown },
];
