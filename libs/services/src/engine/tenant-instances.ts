import type { Clock, TenantId } from '@tenantry/core';
import type { ServiceLimits } from '../kernel/service-limits.js';
import type { GuestError, GuestFault } from '../thread/messages.js';
import type { CallEnd, HostCallHandler, Instance } from './instance.js';
import { retireUnused } from './loaded-services.js';
import type { LoadedService, LoadedServices } from './loaded-services.js';
import type { ServiceRef } from './service-engine.js';
import type { ThreadPool } from './thread-pool.js';

/** A module that was valid when it was uploaded does not load. */
export class ServiceNotLoadedError extends Error {
  readonly guestError: GuestError;
  readonly fault: GuestFault | 'thread' | undefined;

  constructor(guestError: GuestError, fault: GuestFault | 'thread' | undefined) {
    super('The service does not load.');
    this.guestError = guestError;
    this.fault = fault;
  }
}

/** A request for an instance. */
export interface InstanceCall {
  readonly request: string;
  readonly handler: HostCallHandler;
  readonly ends: AbortSignal;
}

/** The loaded services of one tenant: each version is loaded once, however many requests wait for it. */
export class TenantInstances {
  readonly #tenantId: TenantId;
  readonly #all: LoadedServices;
  readonly #pool: ThreadPool;
  readonly #clock: Clock;
  readonly #services = new Map<string, LoadedService>();
  #lastCall = 0;

  constructor(tenantId: TenantId, all: LoadedServices, pool: ThreadPool, clock: Clock) {
    this.#tenantId = tenantId;
    this.#all = all;
    this.#pool = pool;
    this.#clock = clock;
  }

  get size(): number {
    return this.#services.size;
  }

  /**
   * Sends a request to the instance of a version, which is loaded before, where it is not; gives it up when the signal aborts
   * before it has ended.
   *
   * @throws `ServiceNotLoadedError`, `MT_SERVICE_CAPACITY`
   */
  async call(ref: ServiceRef, limits: ServiceLimits, { request, handler, ends }: InstanceCall): Promise<CallEnd> {
    const service = this.#service(ref, limits);
    service.users++;
    try {
      const instance = await service.instance;
      const call = ++this.#lastCall;
      ends.addEventListener('abort', () => instance.cancel(call), { once: true });
      return ends.aborted ? { type: 'interrupted', cpuMs: 0 } : await instance.invoke(call, request, handler);
    } finally {
      service.users--;
      if (service.isRetired) retireUnused(service);
    }
  }

  /** Loads a version. @throws as {@link call} */
  async load(ref: ServiceRef, limits: ServiceLimits): Promise<void> {
    await this.#service(ref, limits).instance;
  }

  /** Has services take no more requests; they are unloaded when those that run have ended. */
  retire(isMeant: (service: LoadedService) => boolean): void {
    for (const [key, service] of this.#services) {
      if (!isMeant(service)) continue;
      this.#forget(key, service);
      service.isRetired = true;
      retireUnused(service);
    }
  }

  unloadIdle(idleMs: number): number {
    const since = this.#clock.now() - idleMs;
    let unloaded = 0;
    for (const [key, service] of this.#services) {
      if (service.usedAt > since || service.loaded === undefined || service.users > 0) continue;
      this.#forget(key, service);
      service.loaded.unload();
      unloaded++;
    }
    return unloaded;
  }

  async close(): Promise<void> {
    for (const [key, service] of this.#services) {
      this.#forget(key, service);
      await service.instance.then(
        (instance) => instance.unload(),
        () => undefined,
      );
    }
  }

  #service(ref: ServiceRef, limits: ServiceLimits): LoadedService {
    const key = `${ref.name}@${ref.version}`;
    const known = this.#services.get(key);
    const service = known === undefined || isSpent(known) ? this.#load(key, ref, limits) : known;
    this.#all.use(service, this.#clock.now());
    return service;
  }

  #load(key: string, ref: ServiceRef, limits: ServiceLimits): LoadedService {
    this.#forgetSpent();
    this.#all.makePlace(this.#tenantId);
    const service: LoadedService = {
      tenantId: this.#tenantId,
      name: ref.name,
      version: ref.version,
      instance: this.#instance(ref, limits),
      loaded: undefined,
      users: 0,
      isRetired: false,
      usedAt: this.#clock.now(),
    };
    this.#services.set(key, service);
    service.instance.then(
      (instance) => {
        service.loaded = instance;
        if (service.isRetired) retireUnused(service);
        else this.retire((other) => other.name === ref.name && other !== service);
      },
      () => this.#forget(key, service),
    );
    return service;
  }

  async #instance(ref: ServiceRef, limits: ServiceLimits): Promise<Instance> {
    const code = await ref.code();
    const thread = await this.#pool.thread();
    const instance = thread.add(limits);
    const end = await instance.load(code);
    if ('manifest' in end) return instance;
    throw new ServiceNotLoadedError(end.error, end.fault);
  }

  #forgetSpent(): void {
    for (const [key, service] of this.#services) if (isSpent(service)) this.#forget(key, service);
  }

  #forget(key: string, service: LoadedService): void {
    if (this.#services.get(key) === service) this.#services.delete(key);
    this.#all.delete(service);
  }
}

function isSpent({ loaded, isRetired }: LoadedService): boolean {
  return isRetired || (loaded !== undefined && !loaded.isUsable);
}
