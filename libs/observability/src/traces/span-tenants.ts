import { TENANT_SCOPE_CHANNEL } from '@tenantry/core';
import type { TenantScopeEvent } from '@tenantry/core';
import type { ApplicationEvents } from '../kernel/application-events.js';
import type { OpenTelemetry } from '../kernel/open-telemetry.js';

/**
 * Puts the tenant on the span that is active when its scope is entered: the span of a request or of a job begins before the
 * tenant is known. A span has the tenant of the first scope: a nested `run` for another tenant does not change it.
 */
export function nameTenantsOnSpans({ trace }: OpenTelemetry, events: ApplicationEvents, attribute: string): void {
  const named = new WeakSet<object>();
  events.on<TenantScopeEvent>(TENANT_SCOPE_CHANNEL, ({ tenantId }) => {
    const span = trace.getActiveSpan();
    if (span === undefined || named.has(span)) return;
    named.add(span);
    span.setAttribute(attribute, tenantId);
  });
}
