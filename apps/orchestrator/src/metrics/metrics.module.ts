import { Module } from '@nestjs/common';
import { ObservabilityModule } from '@tenantry/observability';
import type { ObservabilityOptions } from '@tenantry/observability';
import { MetricsServer } from './metrics.server.js';

/** The exporter. */
@Module({ providers: [MetricsServer], exports: [MetricsServer] })
class MetricsServerModule {}

const observability = ObservabilityModule.forRootAsync({
  imports: [MetricsServerModule],
  inject: [MetricsServer],
  useFactory: ({ provider }: MetricsServer): ObservabilityOptions =>
    provider === undefined ? {} : { meterProvider: provider },
});

/** Metrics of tenants and their clients. */
@Module({ imports: [observability] })
export class MetricsModule {}
