import { TenantClientCreateTimeoutError } from '@tenantry/core';
import type { RegistryEventMap, RegistryStats } from '@tenantry/core';
import type { OfApplication } from '@tenantry/core/spi';
import type { ApplicationEvents } from '../kernel/application-events.js';
import type { MetricAttributes } from '../kernel/meter-shapes.js';
import type { MetricSource } from './metric-source.js';
import type { Observe, TenantMeter } from './tenant-meter.js';

/** `tenantry.client.*` and `tenantry.tenant.loaded`. */
export const clientMetrics: MetricSource = ({ meter, events, kinds }) => {
  const perKind = (observe: (stats: RegistryStats, kind: MetricAttributes) => void) => (): void => {
    for (const registry of kinds.all()) observe(registry.stats(), { kind: registry.name });
  };
  meter.gauge('tenantry.client.count', 'Clients of tenants', (observe) =>
    perKind((stats, kind) => observeCounts(stats, kind, observe))(),
  );
  meter.gauge('tenantry.client.leases', 'Leases of clients', (observe) =>
    perKind(({ leases }, kind) => observe(leases, kind))(),
  );
  meter.gauge('tenantry.client.waiting', 'Tenants that wait until a client may be created', (observe) =>
    perKind(({ waiting }, kind) => observe(waiting, kind))(),
  );
  meter.total('tenantry.client.evictions', 'Clients that left their registry', (observe) =>
    perKind(({ evictions }, kind) => {
      for (const [cause, count] of Object.entries(evictions)) observe(count, { ...kind, cause });
    })(),
  );
  meter.gauge('tenantry.tenant.loaded', 'Tenants that have a client', (observe) => observe(kinds.presence.size));
  measureCreations(meter, events);
};

function measureCreations(meter: TenantMeter, events: ApplicationEvents): void {
  const record = meter.duration('tenantry.client.create.duration', 'Creations of clients');
  events.on<RegistryEventMap['created'] & OfApplication>(
    'tenantry:client:created',
    ({ kind, durationMs, isAdded = false }) => {
      if (!isAdded) record(durationMs, { kind, outcome: 'success' });
    },
  );
  events.on<RegistryEventMap['createFailed'] & OfApplication>(
    'tenantry:client:createFailed',
    ({ kind, durationMs, error }) => record(durationMs, { kind, outcome: failureOf(error) }),
  );
}

function observeCounts({ size, creating, draining }: RegistryStats, kind: MetricAttributes, observe: Observe): void {
  observe(size, { ...kind, state: 'ready' });
  observe(creating, { ...kind, state: 'creating' });
  observe(draining, { ...kind, state: 'draining' });
}

function failureOf(error: unknown): string {
  return error instanceof TenantClientCreateTimeoutError ? 'timeout' : 'failure';
}
