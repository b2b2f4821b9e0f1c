import type { MetricSource } from './metric-source.js';

/** `tenantry.sync.lag`, by the probe `sync`. */
export const syncMetrics: MetricSource = ({ meter, probes, node }) => {
  meter.gauge(
    'tenantry.sync.lag',
    'Time since this node last had all changes of tenants',
    (observe) => {
      const { lagMs } = (probes.get('sync')?.stats?.() ?? {}) as { readonly lagMs?: unknown };
      if (typeof lagMs === 'number') observe(lagMs / 1_000, { node });
    },
    's',
  );
};
