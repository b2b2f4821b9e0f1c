import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import type { PublishedAuditEvent } from '@tenantry/core/spi';
import type { MetricSource } from './metric-source.js';

/** `tenantry.audit.events`. */
export const auditMetrics: MetricSource = ({ meter, events }) => {
  const count = meter.counter('tenantry.audit.events', 'Audit events');
  events.on<PublishedAuditEvent>(TENANT_AUDIT_CHANNEL, ({ type }) => count({ type }));
};
