export { FairAdmission } from './admission/fair-admission.js';
export type { Admission, AdmissionRequest, AdmissionStats } from './admission/fair-admission.js';
export type { FairnessOptions } from './admission/fairness-options.js';
export type { Turns } from './admission/event-loop.js';
export type { LaneStats } from './admission/lane.js';
export type { CachedResponse, ResponseCacheStore } from './cache/cached-response.js';
export { MemoryCacheStore } from './cache/memory-cache-store.js';
export type { MemoryCacheStoreOptions } from './cache/memory-cache-store.js';
export { TenantCache } from './cache/tenant-cache.decorator.js';
export type { TenantCacheOptions } from './cache/tenant-cache.decorator.js';
export { TenantResponseCache } from './cache/tenant-response-cache.js';
export type { ResponseCacheStats } from './cache/tenant-response-cache.js';
export { Maintenance } from './entry/maintenance.js';
export type { MaintenanceNotice } from './entry/maintenance.js';
export { TrafficCost, TrafficRate } from './entry/traffic-cost.js';
export { lane, pass, refuse } from './entry/traffic-handler.js';
export type { CrossTenantHandler, TenantHandler, TrafficVerdict } from './entry/traffic-handler.js';
export { TrafficGuard } from './entry/traffic.guard.js';
export { TRAFFIC_ERROR_CODES, TrafficError } from './errors/traffic.error.js';
export {
  MaintenanceError,
  OverloadedError,
  QueueFullError,
  RateExceededError,
  TrafficRefusedError,
} from './errors/traffic.errors.js';
export type { AuthenticatedRequest, PrincipalOf } from './kernel/principal.js';
export { TrafficModule } from './module/traffic.module.js';
export type { HandlerOption, TrafficAsyncOptions, TrafficHandlers, TrafficOptions } from './module/traffic.options.js';
export { TrafficStatus } from './module/traffic-status.js';
export type { TrafficReport } from './module/traffic-status.js';
export { resolveOwnLimits, TenantLimits } from './plans/tenant-limits.js';
export type { OwnLimits, ResolvedOwnLimits } from './plans/tenant-limits.js';
export { TenantPlans } from './plans/tenant-plans.js';
export type { ResolvedTrafficPlan, TrafficPlan, TrafficPlans } from './plans/traffic-plan.js';
export { LeasedRateStore } from './rates/leased-rate-store.js';
export type { LeasedRateStoreOptions, PointLimiterOptions } from './rates/leased-rate-store.js';
export type { PointAnswer, PointLimiter } from './rates/shared-window.js';
export { MemoryRateStore } from './rates/memory-rate-store.js';
export type { MemoryRateStoreOptions } from './rates/memory-rate-store.js';
export type { RatePolicy, ResolvedRatePolicy } from './rates/rate-policy.js';
export { RateLimiter } from './rates/rate-limiter.js';
export type { RateDecision, RateSubject } from './rates/rate-limiter.js';
export type { RateResult, RateStore } from './rates/rate-store.js';
