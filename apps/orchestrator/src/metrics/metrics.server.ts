import { Injectable, Inject } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';

/**
 * `GET /metrics` for Prometheus, on a port of its own: the port that tenants reach, and the load balancer in front of it, have
 * no such route. Off without `METRICS_PORT`.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Where this application's metrics go; `undefined` = nowhere. Several applications of a process have one each. */
  readonly provider: MeterProvider | undefined;
  readonly #exporter: PrometheusExporter | undefined;

  constructor(@Inject(SETTINGS) { metricsHost: host, metricsPort: port }: Settings) {
    if (port === undefined) return;
    this.#exporter = new PrometheusExporter({ host, port, preventServerStart: true });
    this.provider = new MeterProvider({ readers: [this.#exporter] });
  }

  /** A port that is taken stops the start. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#exporter?.startServer();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.provider?.shutdown();
  }
}
