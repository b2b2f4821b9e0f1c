import type { JsonValue, TenantId } from '@tenantry/core';
import type { ServiceLimits } from '../kernel/service-limits.js';
import type { GuestError, ServiceManifest } from '../thread/messages.js';

/** A request as a service gets it. */
export interface ServiceRequest {
  /** In upper case. */
  readonly method: string;
  /** What follows the service's name in the path, with its slash: `/items/1`; `/` where nothing does. */
  readonly path: string;
  /** What follows the question mark, without it. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null` = there is none. */
  readonly body: string | null;
  /** How `body` is written: as it is, or bytes that are no UTF-8 as base64. */
  readonly encoding: 'utf8' | 'base64';
}

/** A service's answer, checked. */
export interface ServiceReply {
  /** 200 to 599. */
  readonly status: number;
  /** Names in lower case, values that HTTP takes. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One version of a service, with the way to its code: that is read when the service is loaded. */
export interface ServiceRef {
  readonly name: string;
  readonly version: number;
  /** JavaScript, one ES module. */
  readonly code: () => Promise<string>;
}

/** Who calls a capability. */
export interface CapabilityCall {
  readonly tenantId: TenantId;
  readonly service: string;
  readonly version: number;
  /** Names the request in the tenant's log. */
  readonly callId: string;
  /** How many services called each other before this one. 0 = the request came from outside. */
  readonly depth: number;
  /** Aborts when the request has ended. */
  readonly signal: AbortSignal;
}

/**
 * Something that a service can ask of the host. Arguments are what the tenant's code passed: check them.
 *
 * @returns a JSON value; `undefined` as well
 * @throws `CapabilityError`, whose message the service sees; of other errors it sees nothing
 */
export type Capability = (call: CapabilityCall, ...args: readonly JsonValue[]) => Promise<JsonValue | undefined>;

/** Capabilities by name, such as `kv.get`. What is not in it is refused. */
export type Capabilities = ReadonlyMap<string, Capability>;

/** A source to validate. */
export interface ServiceSource {
  readonly source: string;
  readonly language: 'javascript' | 'typescript';
}

/** What validation came to: JavaScript that loads, or why it does not. */
export type Validation =
  | { readonly isValid: true; readonly code: string; readonly manifest: ServiceManifest }
  | { readonly isValid: false; readonly error: GuestError };

/** How a call of a service went. */
export type ServiceOutcome = 'ok' | 'failed' | 'timeout' | 'memory' | 'ended' | 'interrupted' | 'aborted';

/** A call of a service that has ended. */
export interface ServiceInvocation {
  readonly tenantId: TenantId;
  readonly service: string;
  readonly version: number;
  readonly callId: string;
  readonly outcome: ServiceOutcome;
  readonly cpuMs: number;
  readonly durationMs: number;
  /** For the tenant's log; never for the caller. */
  readonly error?: GuestError;
}

/** How one call is made. */
export interface InvokeOptions {
  /** Ends the call when it aborts. */
  readonly signal?: AbortSignal;
  /** As in {@link CapabilityCall}. Default 0. */
  readonly depth?: number;
}

/** The services of one tenant, in an engine. */
export interface ServiceRuntime {
  /** Services that are loaded. */
  readonly instances: number;
  /** Checks a source in a thread of its own, which ends afterwards. A module that does not load is a result and no error. */
  validate(source: ServiceSource): Promise<Validation>;
  /**
   * Runs a service; loads it before, where it is not.
   *
   * @throws `MT_SERVICE_FAILED`, `MT_SERVICE_TIMEOUT`, `MT_SERVICE_BUSY`, `MT_SERVICE_QUARANTINED`,
   *   `MT_SERVICE_INTERRUPTED`, `MT_SERVICE_CAPACITY`, `MT_SERVICE_REQUEST_TOO_LARGE`
   */
  invoke(ref: ServiceRef, request: ServiceRequest, options?: InvokeOptions): Promise<ServiceReply>;
  /** Loads a service before its first request. A service that does not load is reported by its requests. */
  load(ref: ServiceRef): Promise<void>;
  /** Unloads all versions of a service, once their requests have ended. */
  unload(name: string): Promise<void>;
  /** Unloads what no request used for so long. @returns how many */
  unloadIdle(idleMs: number): number;
  /** Unloads everything; requests that run are interrupted. Idempotent. */
  close(): Promise<void>;
}

/** What a runtime is made of. */
export interface RuntimeOptions {
  readonly capabilities?: Capabilities;
  readonly limits?: Partial<ServiceLimits>;
  /** Called after each call, outside of every scope. */
  readonly onInvocation?: (invocation: ServiceInvocation) => void;
}

/** Runs tenants' code. Another engine can take its place: one that runs in other processes, for example. */
export interface ServiceEngine {
  /** @throws `MT_OPTIONS_INVALID` */
  open(tenantId: TenantId, options?: RuntimeOptions): Promise<ServiceRuntime>;
  /** Ends every runtime and thread. Idempotent. */
  close(): Promise<void>;
}
