import { TENANT_REFUSAL_CHANNEL, TENANT_REQUEST_ENDED_CHANNEL, TENANT_REQUEST_STARTED_CHANNEL } from '@tenantry/core';
import type { TenantRefusalEvent, TenantRequestEvent } from '@tenantry/core';
import type { ServerResponse } from 'node:http';
import type { MetricSource } from './metric-source.js';

/** `tenantry.request.duration` and `tenantry.resolution.refusals`. */
export const requestMetrics: MetricSource = ({ meter, events, label, clock }) => {
  const record = meter.duration('tenantry.request.duration', 'HTTP requests, from the head to the end of the response');
  const refuse = meter.counter('tenantry.resolution.refusals', 'Work that was refused because of its tenant');
  const startedAt = new WeakMap<TenantRequestEvent, number>();
  events.on<TenantRequestEvent>(TENANT_REQUEST_STARTED_CHANNEL, (request) => startedAt.set(request, clock.now()));
  events.on<TenantRequestEvent>(TENANT_REQUEST_ENDED_CHANNEL, (request) => {
    const at = startedAt.get(request);
    if (at === undefined) return;
    record(clock.now() - at, { outcome: outcomeOf(request.response), ...label.of(request.tenantId) });
  });
  events.on<TenantRefusalEvent>(TENANT_REFUSAL_CHANNEL, ({ code }) => refuse({ code }));
};

/** `aborted`: the connection was lost before all of the response was sent. */
function outcomeOf(response: ServerResponse): string {
  // Responses of HTTP/2 have no `writableFinished`.
  const { writableFinished = response.writableEnded } = response as { writableFinished?: boolean };
  if (!writableFinished) return 'aborted';
  if (response.statusCode >= 500) return 'server_error';
  return response.statusCode >= 400 ? 'client_error' : 'success';
}
