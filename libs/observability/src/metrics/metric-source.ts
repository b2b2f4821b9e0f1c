import type { Clock, TenantClientRegistries } from '@tenantry/core';
import type { TenantDirectory, TenantProbes } from '@tenantry/core/spi';
import type { ApplicationEvents } from '../kernel/application-events.js';
import type { TenantLabel } from './tenant-label.js';
import type { SecretsState } from '../secrets/secrets-state.js';
import type { TenantMeter } from './tenant-meter.js';

/** What a {@link MetricSource} measures with. */
interface MetricParts {
  readonly meter: TenantMeter;
  readonly events: ApplicationEvents;
  readonly label: TenantLabel;
  readonly clock: Clock;
  readonly node: string;
  readonly kinds: TenantClientRegistries;
  readonly directory: TenantDirectory;
  readonly probes: TenantProbes;
  readonly secrets: SecretsState;
}

/**
 * Makes the instruments of one area and feeds them: by the events of diagnostics channels, or when they are collected, by
 * `stats()` of the area. The metrics of another package are another source, in the list of `metric-sources.ts`.
 */
export type MetricSource = (parts: MetricParts) => void;
