export { CapabilityError } from './engine/capability.error.js';
export { QuickJsEngine } from './engine/quickjs-engine.js';
export type { QuickJsEngineOptions } from './engine/quickjs-engine.js';
export type {
  Capabilities,
  Capability,
  CapabilityCall,
  InvokeOptions,
  RuntimeOptions,
  ServiceEngine,
  ServiceInvocation,
  ServiceOutcome,
  ServiceRef,
  ServiceReply,
  ServiceRequest,
  ServiceRuntime,
  ServiceSource,
  Validation,
} from './engine/service-engine.js';
export {
  ServiceBusyError,
  ServiceCapacityError,
  ServiceEngineUnusableError,
  ServiceFailedError,
  ServiceInterruptedError,
  ServiceNotFoundError,
  ServiceQuarantinedError,
  ServiceRequestTooLargeError,
  ServiceTimeoutError,
} from './kernel/service.errors.js';
export type { ServiceCallSite } from './kernel/service.errors.js';
export { SERVICES_ERROR_CODES, ServicesError } from './kernel/services.error.js';
export { DEFAULT_SERVICE_LIMITS } from './kernel/service-limits.js';
export type { ServiceLimits } from './kernel/service-limits.js';
export type { GuestError, ServiceManifest } from './thread/messages.js';
export { isArtifactAccess, isArtifactName } from './artifacts/artifact.js';
export type {
  ActiveArtifact,
  ArtifactAccess,
  ArtifactContent,
  ArtifactFault,
  ArtifactKind,
  ArtifactState,
  ArtifactVersion,
  DeployedArtifact,
  NewArtifact,
} from './artifacts/artifact.js';
export {
  ArtifactFaultyError,
  ArtifactInvalidError,
  ArtifactLimitError,
  ArtifactStaleError,
  ArtifactTooLargeError,
  ArtifactUnknownError,
} from './artifacts/artifact.errors.js';
export type { ArtifactKey, ArtifactQuota, ArtifactStore } from './artifacts/artifact-store.js';
export { InMemoryArtifactStore } from './artifacts/in-memory-artifact-store.js';
export { ServiceDeployments } from './artifacts/service-deployments.js';
export type { Upload } from './artifacts/service-deployments.js';
export type { FetchOptions } from './capabilities/fetch-options.js';
export type { GrantedCapabilities } from './capabilities/granted-capabilities.js';
export { InMemoryServiceValues } from './capabilities/in-memory-service-values.js';
export { ServiceLog } from './capabilities/service-log.js';
export type { ServiceLogLine, ServiceLogOptions } from './capabilities/service-log.js';
export type { ServiceValues, ValuesQuota } from './capabilities/service-values.js';
export { replyBody, sharedHostHeaders, toServiceRequest } from './nest/http-message.js';
export type { IncomingServiceRequest } from './nest/http-message.js';
export { SERVICE_INVOCATION_CHANNEL } from './nest/invocation-events.js';
export type { ServiceInvocationEvent } from './nest/invocation-events.js';
export { ServiceInvoker, SERVICES_KIND } from './nest/service-invoker.js';
export { ServiceRemoval } from './nest/service-removal.js';
export { ServicesModule } from './nest/services.module.js';
export type { ServicePlan, ServicesAsyncOptions, ServicesOptions } from './nest/services-options.js';
