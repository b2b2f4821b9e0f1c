import type { MetricSource } from './metric-source.js';

/** `tenantry.catalog.*`. */
export const catalogMetrics: MetricSource = ({ meter, directory }) => {
  meter.total('tenantry.catalog.lookups', 'Look-ups of tenants', (observe) => {
    for (const [outcome, count] of Object.entries(directory.lookUps())) observe(Number(count), { outcome });
  });
  meter.gauge(
    'tenantry.catalog.staleness',
    'How far what is served may be behind the catalog; 0 while it answers',
    (observe) => {
      const { stalenessMs } = directory;
      if (stalenessMs !== undefined) observe(stalenessMs / 1_000);
    },
    's',
  );
};
