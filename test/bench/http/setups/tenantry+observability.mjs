import { ObservabilityModule } from '@tenantry/observability';
import { create as createTenantry } from './tenantry.mjs';

/** The set-up `tenantry` with the observability module; `@opentelemetry/api` is installed, and no SDK. */
export function create(options) {
  return createTenantry({ ...options, imports: [ObservabilityModule.forRoot()] });
}
