import { Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { TenantClientRegistries } from '@tenantry/core';
import type { TenantApplication, TenantDirectory, TenantProbes } from '@tenantry/core/spi';
import { ApplicationEvents } from './kernel/application-events.js';
import type { FaultLog } from './kernel/fault-log.js';
import type { TenantHealth } from './health/tenant-health.js';
import type { MeterShape } from './kernel/meter-shapes.js';
import { takeApplicationLabel } from './metrics/application-labels.js';
import type { ApplicationLabel } from './metrics/application-labels.js';
import { METRIC_SOURCES } from './metrics/metric-sources.js';
import { TenantMeter } from './metrics/tenant-meter.js';
import type { ResolvedObservabilityOptions } from './observability.options.js';
import { hasTracerProvider, loadOpenTelemetry } from './kernel/open-telemetry.js';
import type { OpenTelemetry } from './kernel/open-telemetry.js';
import type { SecretsState } from './secrets/secrets-state.js';
import { nameTenantsOnSpans } from './traces/span-tenants.js';

/** What {@link Telemetry} observes. */
export interface TelemetryParts {
  readonly options: ResolvedObservabilityOptions;
  readonly application: TenantApplication;
  readonly kinds: TenantClientRegistries;
  readonly directory: TenantDirectory;
  readonly probes: TenantProbes;
  readonly secrets: SecretsState;
  readonly health: TenantHealth;
  readonly faults: FaultLog;
}

const SCOPE = '@tenantry/observability';

/**
 * Observes one application from its start to its end. Without a meter provider it subscribes to no request, and without a
 * tracer provider to no scope: then nothing of it runs in a request.
 */
export class Telemetry implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly #parts: TelemetryParts;
  readonly #events: ApplicationEvents;
  readonly #logger = new Logger('TenantryObservability');
  #meter: TenantMeter | undefined;
  #label: ApplicationLabel | undefined;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
    this.#events = new ApplicationEvents(parts.application.id, parts.faults);
  }

  async onModuleInit(): Promise<void> {
    const { options, secrets } = this.#parts;
    secrets.follow(this.#events);
    const api = await this.#load();
    const meter = this.#meterOf(api);
    if (meter === undefined) this.#logger.debug('No OpenTelemetry metrics SDK is registered: nothing is measured.');
    else this.#measure(meter, options.meterProvider ?? api?.metrics.getMeterProvider() ?? meter);
    if (api !== null && hasTracerProvider(api)) nameTenantsOnSpans(api, this.#events, options.spanAttribute);
  }

  /** The first step of a shutdown: no new requests, while those in flight are still answered and measured. */
  onModuleDestroy(): void {
    this.#parts.health.shutDown();
  }

  onApplicationShutdown(): void {
    this.#events.close();
    this.#meter?.close();
    this.#label?.release();
  }

  async #load(): Promise<OpenTelemetry | null> {
    try {
      return await loadOpenTelemetry(this.#parts.options.loadOpenTelemetry);
    } catch (error) {
      this.#parts.faults.report('Loading @opentelemetry/api', error);
      return null;
    }
  }

  /** `undefined` where what is measured would go nowhere. */
  #meterOf(api: OpenTelemetry | null): MeterShape | undefined {
    const { meterProvider } = this.#parts.options;
    let meter: MeterShape | undefined;
    this.#parts.faults.guard('The OpenTelemetry meter provider', () => {
      meter = (meterProvider ?? api?.metrics.getMeterProvider())?.getMeter(SCOPE);
    });
    return meter === undefined || meter === api?.createNoopMeter() ? undefined : meter;
  }

  #measure(meter: MeterShape, provider: object): void {
    const { options, faults, ...parts } = this.#parts;
    const { node, clock, tenantLabel: label } = options;
    const application = this.#labelAt(provider);
    this.#meter = new TenantMeter(meter, application === undefined ? {} : { application }, faults);
    for (const source of METRIC_SOURCES)
      source({ ...parts, meter: this.#meter, events: this.#events, node, clock, label });
  }

  #labelAt(provider: object): string | undefined {
    const { options, application } = this.#parts;
    this.#label = takeApplicationLabel(provider, options.name, application.id);
    const { value, isGenerated } = this.#label;
    if (isGenerated)
      this.#logger.warn(
        `Another application of this process measures with the same meter provider under the same name. The metrics of this one are labelled application="${value}". Give each application a name, or a meterProvider of its own.`,
      );
    return value;
  }
}
