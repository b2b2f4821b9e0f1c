import { ServicesError } from './services.error.js';

/** Which call of a service an error is about. */
export interface ServiceCallSite {
  readonly tenantId: string;
  readonly service: string;
  /** Names the call in the tenant's log. Absent where nothing was run. */
  readonly callId?: string;
}

/** The tenant has no service of that name that is active (`MT_SERVICE_NOT_FOUND`, 404). */
export class ServiceNotFoundError extends ServicesError {
  constructor({ tenantId, service }: ServiceCallSite) {
    const text = `There is no active service ${JSON.stringify(service)}. Upload one and activate a version.`;
    super('MT_SERVICE_NOT_FOUND', text, { tenantId });
  }
}

/** The service threw, gave no valid reply, or used too much memory (`MT_SERVICE_FAILED`, 502). The reason is in the tenant's log. */
export class ServiceFailedError extends ServicesError {
  constructor({ tenantId, callId }: ServiceCallSite) {
    super('MT_SERVICE_FAILED', `The service failed. Its log has the reason under ${callId ?? 'this request'}.`, {
      tenantId,
    });
  }
}

/** The service used more CPU time or took longer than it may (`MT_SERVICE_TIMEOUT`, 504). */
export class ServiceTimeoutError extends ServicesError {
  constructor({ tenantId, callId }: ServiceCallSite) {
    const text = `The service did not answer within its limits. Its log has the reason under ${callId ?? 'this request'}.`;
    super('MT_SERVICE_TIMEOUT', text, { tenantId });
  }
}

/** As many requests run as the tenant's services may have at a time (`MT_SERVICE_BUSY`, 429). */
export class ServiceBusyError extends ServicesError {
  constructor(tenantId: string, concurrency: number) {
    const text = `${concurrency} requests run already, as many as the services of this tenant may have. Try again shortly.`;
    super('MT_SERVICE_BUSY', text, { tenantId, retryAfterMs: 1_000 });
  }
}

/** The tenant's services broke their limits several times and are paused (`MT_SERVICE_QUARANTINED`, 429). */
export class ServiceQuarantinedError extends ServicesError {
  constructor(tenantId: string, retryAfterMs: number) {
    const text = `The services of this tenant broke their limits and are paused for ${Math.ceil(retryAfterMs)} ms. Their log has the reason.`;
    super('MT_SERVICE_QUARANTINED', text, { tenantId, retryAfterMs });
  }
}

/** The request was on a thread, or an instance, that another request ended (`MT_SERVICE_INTERRUPTED`, 503). */
export class ServiceInterruptedError extends ServicesError {
  constructor({ tenantId }: ServiceCallSite) {
    const text = 'The request was interrupted because another one broke its limits. Try again.';
    super('MT_SERVICE_INTERRUPTED', text, { tenantId, retryAfterMs: 1_000 });
  }
}

/** As many services are loaded as this node may have, and all of them work (`MT_SERVICE_CAPACITY`, 503). */
export class ServiceCapacityError extends ServicesError {
  constructor(tenantId: string, maxInstances: number) {
    const text = `${maxInstances} services are loaded and in use. Raise maxInstances, or spread tenants over more nodes.`;
    super('MT_SERVICE_CAPACITY', text, { tenantId, retryAfterMs: 1_000 });
  }
}

/** A request is larger than a service may get (`MT_SERVICE_REQUEST_TOO_LARGE`, 413). */
export class ServiceRequestTooLargeError extends ServicesError {
  constructor(tenantId: string, limit: number) {
    super('MT_SERVICE_REQUEST_TOO_LARGE', `A request may have ${limit} characters as JSON. Send less.`, { tenantId });
  }
}

/** The engine cannot work here (`MT_SERVICE_ENGINE_UNUSABLE`); stops the start of the application. */
export class ServiceEngineUnusableError extends ServicesError {
  /** @param text what is missing and what to do, sentences */
  constructor(text: string, cause?: unknown) {
    super('MT_SERVICE_ENGINE_UNUSABLE', text, { cause });
  }
}
