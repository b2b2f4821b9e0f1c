import { TrafficError } from './traffic.error.js';

/** A limit of the tenant, of its plan, user or route is used up (429, `MT_RATE_EXCEEDED`). */
export class RateExceededError extends TrafficError {
  /** Name of the policy. */
  readonly policy: string;

  /** @param policy name of the policy */
  constructor(policy: string, tenantId: string | undefined, retryAfterMs: number) {
    super('MT_RATE_EXCEEDED', `The limit ${policy} is used up. Send less, or try again after Retry-After.`, {
      tenantId,
      retryAfterMs,
    });
    this.policy = policy;
  }
}

/** The tenant has as many requests waiting as it may (429, `MT_QUEUE_FULL`). */
export class QueueFullError extends TrafficError {
  constructor(lane: string) {
    super('MT_QUEUE_FULL', 'Too many requests of this tenant are waiting. Send fewer at once.', { tenantId: lane });
  }
}

/** The node has as many requests waiting as it may, or this one has waited too long (503, `MT_OVERLOADED`). */
export class OverloadedError extends TrafficError {
  /** @param what happened, a sentence */
  constructor(what: string) {
    super('MT_OVERLOADED', `${what} Try again shortly.`);
  }
}

/** The tenant, or the whole service, is in maintenance (503, `MT_MAINTENANCE`). */
export class MaintenanceError extends TrafficError {
  /** @param text what clients read; default: a sentence that says no more than the code */
  constructor(text?: string, retryAfterMs?: number, tenantId?: string) {
    super('MT_MAINTENANCE', text ?? 'This service is in maintenance. Try again later.', { retryAfterMs, tenantId });
  }
}

/** A handler of the operator has refused the request (403, `MT_TRAFFIC_REFUSED`). */
export class TrafficRefusedError extends TrafficError {
  /** @param text what clients read */
  constructor(text: string) {
    super('MT_TRAFFIC_REFUSED', text);
  }
}
