import { numberOption } from '@tenantry/core/spi';
import { availableParallelism } from 'node:os';
import { systemClock } from '@tenantry/core';
import type { Clock, TenantId } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';
import { resolveServiceLimits } from '../kernel/service-limits.js';
import { assertAddressSpace } from './address-space.js';
import { LoadedServices } from './loaded-services.js';
import { Quarantine } from './quarantine.js';
import { QuickJsRuntime } from './quickjs-runtime.js';
import type { RuntimeOptions, ServiceEngine, ServiceRuntime } from './service-engine.js';
import { TenantInstances } from './tenant-instances.js';
import { ThreadPool } from './thread-pool.js';
import { validateSource } from './validate-source.js';

/** How a {@link QuickJsEngine} is set up. */
export interface QuickJsEngineOptions {
  /** Worker threads. 1 to 256. Default: one less than the machine has processors, at least 1. */
  readonly threads?: number;
  /** Services that are loaded at the same time. 1 to 10,000. Default 1,000. */
  readonly maxInstances?: number;
  /** A service that no request used for so long is unloaded. 1 to 86,400,000 ms. Default 10 minutes. */
  readonly idleTimeoutMs?: number;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

const IDLE_MS = 10 * 60_000;

/**
 * Runs services in QuickJS, compiled to WebAssembly, in worker threads of this process: one instance, with a memory of its
 * own, for each service. Threads start at the first request.
 */
export class QuickJsEngine implements ServiceEngine {
  readonly #clock: Clock;
  readonly #pool: ThreadPool;
  readonly #loaded: LoadedServices;
  readonly #quarantine: Quarantine;
  readonly #idleMs: number;
  readonly #runtimes = new Set<ServiceRuntime>();
  #sweep: Timer | undefined;

  /** @throws `MT_OPTIONS_INVALID`; `MT_SERVICE_ENGINE_UNUSABLE` where the address space does not suffice */
  constructor(options: QuickJsEngineOptions = {}) {
    const { threads = Math.max(1, availableParallelism() - 1), maxInstances = 1_000, clock = systemClock } = options;
    assertAddressSpace(numberOption('engine.maxInstances', maxInstances, { min: 1, max: 10_000, whole: true }));
    this.#idleMs = numberOption('engine.idleTimeoutMs', options.idleTimeoutMs ?? IDLE_MS, {
      min: 1,
      max: 86_400_000,
      whole: true,
    });
    this.#clock = clock;
    this.#pool = new ThreadPool(numberOption('engine.threads', threads, { min: 1, max: 256, whole: true }), clock);
    this.#loaded = new LoadedServices(maxInstances);
    this.#quarantine = new Quarantine(clock);
  }

  /** Services that are loaded. */
  get instances(): number {
    return this.#loaded.size;
  }

  async open(tenantId: TenantId, options: RuntimeOptions = {}): Promise<ServiceRuntime> {
    const limits = resolveServiceLimits('limits', options.limits);
    const runtime = new QuickJsRuntime(tenantId, limits, options, {
      clock: this.#clock,
      quarantine: this.#quarantine,
      instances: new TenantInstances(tenantId, this.#loaded, this.#pool, this.#clock),
      validate: (source, within) => validateSource(source, within, this.#clock),
      forget: (closed) => this.#runtimes.delete(closed),
    });
    this.#runtimes.add(runtime);
    this.#sweep ??= this.#sweepLater();
    return runtime;
  }

  async close(): Promise<void> {
    this.#sweep?.clear();
    this.#sweep = undefined;
    const runtimes = [...this.#runtimes];
    this.#runtimes.clear();
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await this.#pool.close();
  }

  #sweepLater(): Timer {
    return this.#clock.setTimer(
      () => {
        for (const runtime of this.#runtimes) runtime.unloadIdle(this.#idleMs);
        this.#sweep = this.#sweepLater();
      },
      Math.max(1_000, this.#idleMs / 10),
    );
  }
}
