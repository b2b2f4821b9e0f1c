import { channel } from 'node:diagnostics_channel';
import type { ServiceInvocation } from '../engine/service-engine.js';

/** Diagnostics channel of calls that have ended: tenant, service, version, outcome, CPU time and duration. */
export const SERVICE_INVOCATION_CHANNEL = 'tenantry:service:invoked';

/** What is published on {@link SERVICE_INVOCATION_CHANNEL}: nothing that the tenant's code wrote. */
export type ServiceInvocationEvent = Omit<ServiceInvocation, 'error'>;

const invoked = channel(SERVICE_INVOCATION_CHANNEL);

/** Publishes a call. @internal */
export function publishInvocation({
  tenantId,
  service,
  version,
  callId,
  outcome,
  cpuMs,
  durationMs,
}: ServiceInvocation): void {
  if (!invoked.hasSubscribers) return;
  const event: ServiceInvocationEvent = { tenantId, service, version, callId, outcome, cpuMs, durationMs };
  invoked.publish(event);
}
