export { overrideTenantClient } from './override-tenant-client.js';
export type { OverridableTestingModule, TenantClientOverride } from './override-tenant-client.js';
export { ManualClock } from './manual-clock.js';
export { expectTenantIsolation } from './crawl/expect-tenant-isolation.js';
export { TenantIsolationError } from './crawl/tenant-isolation.error.js';
export type {
  IsolationLeak,
  IsolationReport,
  RemainingData,
  LeakKind,
  UnexercisedRoute,
  VisitedRoute,
} from './crawl/isolation-report.js';
export type {
  BodyRequest,
  CrawledTenant,
  OpenApiDocument,
  PlantAnswer,
  PlantedData,
  PlantSend,
  TenantIsolationOptions,
} from './crawl/tenant-isolation-options.js';
