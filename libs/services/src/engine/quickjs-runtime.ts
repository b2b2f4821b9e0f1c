import { randomUUID } from 'node:crypto';
import { outsideScopes } from '@tenantry/core/spi';
import type { Clock, TenantId } from '@tenantry/core';
import { ServiceBusyError, ServiceRequestTooLargeError } from '../kernel/service.errors.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import { endedCall, failedLoad } from './call-result.js';
import type { CallResult } from './call-result.js';
import { callWithin } from './call-within.js';
import { hostCalls } from './host-calls.js';
import type { Quarantine } from './quarantine.js';
import type {
  InvokeOptions,
  RuntimeOptions,
  ServiceInvocation,
  ServiceRef,
  ServiceReply,
  ServiceRequest,
  ServiceRuntime,
  ServiceSource,
  Validation,
} from './service-engine.js';
import { ServiceNotLoadedError } from './tenant-instances.js';
import type { TenantInstances } from './tenant-instances.js';

/** What a runtime shares with the others of its engine. */
export interface RuntimeParts {
  readonly clock: Clock;
  readonly quarantine: Quarantine;
  readonly instances: TenantInstances;
  readonly validate: (source: ServiceSource, limits: ServiceLimits) => Promise<Validation>;
  /** The runtime is closed. */
  readonly forget: (runtime: ServiceRuntime) => void;
}

/** The services of one tenant. */
export class QuickJsRuntime implements ServiceRuntime {
  readonly #tenantId: TenantId;
  readonly #limits: ServiceLimits;
  readonly #options: RuntimeOptions;
  readonly #parts: RuntimeParts;
  #running = 0;

  constructor(tenantId: TenantId, limits: ServiceLimits, options: RuntimeOptions, parts: RuntimeParts) {
    this.#tenantId = tenantId;
    this.#limits = limits;
    this.#options = options;
    this.#parts = parts;
  }

  get instances(): number {
    return this.#parts.instances.size;
  }

  validate(source: ServiceSource): Promise<Validation> {
    return this.#parts.validate(source, this.#limits);
  }

  async invoke(ref: ServiceRef, request: ServiceRequest, options: InvokeOptions = {}): Promise<ServiceReply> {
    this.#parts.quarantine.assertFree(this.#tenantId);
    const text = JSON.stringify(request);
    const { concurrency, maxTextLength } = this.#limits;
    if (text.length > maxTextLength) throw new ServiceRequestTooLargeError(this.#tenantId, maxTextLength);
    if (this.#running >= concurrency) throw new ServiceBusyError(this.#tenantId, concurrency);
    this.#running++;
    try {
      return await this.#invoke(ref, text, options);
    } finally {
      this.#running--;
    }
  }

  async load(ref: ServiceRef): Promise<void> {
    await this.#parts.instances.load(ref, this.#limits).catch(() => undefined);
  }

  async unload(name: string): Promise<void> {
    this.#parts.instances.retire((service) => service.name === name);
  }

  unloadIdle(idleMs: number): number {
    return this.#parts.instances.unloadIdle(idleMs);
  }

  close(): Promise<void> {
    this.#parts.forget(this);
    return this.#parts.instances.close();
  }

  async #invoke(ref: ServiceRef, text: string, options: InvokeOptions): Promise<ServiceReply> {
    const startedAt = this.#parts.clock.now();
    const site = { tenantId: this.#tenantId, service: ref.name, callId: randomUUID() };
    const { reply, fault, invocation } = await this.#run(ref, text, site.callId, options);
    if (fault === 'thread') this.#parts.quarantine.threadEnded(this.#tenantId);
    else if (fault !== undefined) this.#parts.quarantine.fault(this.#tenantId);
    const durationMs = this.#parts.clock.now() - startedAt;
    this.#report({ ...site, tenantId: this.#tenantId, version: ref.version, durationMs, ...invocation });
    if ('problem' in reply) throw reply.problem(site);
    return reply;
  }

  async #run(ref: ServiceRef, text: string, callId: string, { signal, depth = 0 }: InvokeOptions): Promise<CallResult> {
    const { clock, instances } = this.#parts;
    return callWithin({ clock, wallMs: this.#limits.wallMs, signal }, async (ends) => {
      try {
        const call = { tenantId: this.#tenantId, service: ref.name, version: ref.version, callId, depth, signal: ends };
        const handler = hostCalls(this.#options.capabilities ?? new Map(), call, this.#limits.maxTextLength);
        return endedCall(await instances.call(ref, this.#limits, { request: text, handler, ends }));
      } catch (error) {
        if (error instanceof ServiceNotLoadedError) return failedLoad(error);
        throw error;
      }
    });
  }

  #report(invocation: ServiceInvocation): void {
    const { onInvocation } = this.#options;
    if (onInvocation !== undefined) outsideScopes(() => onInvocation(invocation));
  }
}
