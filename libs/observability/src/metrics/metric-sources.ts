import { auditMetrics } from './audit-metrics.js';
import { catalogMetrics } from './catalog-metrics.js';
import { clientMetrics } from './client-metrics.js';
import type { MetricSource } from './metric-source.js';
import { requestMetrics } from './request-metrics.js';
import { secretsMetrics } from './secrets-metrics.js';
import { syncMetrics } from './sync-metrics.js';

/** Every source of metrics. */
export const METRIC_SOURCES: readonly MetricSource[] = [
  requestMetrics,
  clientMetrics,
  catalogMetrics,
  syncMetrics,
  secretsMetrics,
  auditMetrics,
];
