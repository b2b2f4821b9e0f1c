import { Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { TenantClientRegistries } from '../tenant-client-registries.js';
import { MultitenancyError } from '../../errors/multitenancy.error.js';
import type { Clock } from '../../kernel/clock.js';
import { pause } from '../../kernel/deadline.js';
import { manyListeners } from '../../kernel/many-listeners.js';
import { forEachConcurrently } from '../../kernel/worker-pool.js';
import type { TenantDirectory } from '../../catalog/tenant-directory.js';
import type { ResolvedLoading } from './loading-options.js';
import { selectTenants } from './select-tenants.js';

/** How far eager loading has come; for readiness probes. */
export interface LoadingProgress {
  /** `idle`: lazy, or not begun; `loading`: under way, retries included; `done`: every selected tenant is loaded. */
  readonly state: 'idle' | 'loading' | 'done';
  /** Tenants selected so far. */
  readonly total: number;
  readonly loaded: number;
  /** Tenants whose last attempt failed; they are tried again. */
  readonly failing: readonly string[];
}

const RETRY_MS = 5_000;

/**
 * Makes and pins the clients of selected tenants when the application starts, a few tenants at a time, without holding up
 * listening. A tenant that fails is reported, does not stop the others, and is tried again until it is loaded. Its clients that are made
 * later, as after a suspension, are pinned too.
 */
export class TenantEagerLoader implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loading: ResolvedLoading;
  readonly #directory: TenantDirectory;
  readonly #kinds: TenantClientRegistries;
  readonly #clock: Clock;
  readonly #logger = new Logger('Multitenancy');
  readonly #stop = new AbortController();
  readonly #failing = new Set<string>();
  readonly #selected = new Set<string>();
  #state: LoadingProgress['state'] = 'idle';
  #total = 0;
  #loaded = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(loading: ResolvedLoading, directory: TenantDirectory, kinds: TenantClientRegistries, clock: Clock) {
    this.#loading = loading;
    this.#directory = directory;
    this.#kinds = kinds;
    this.#clock = clock;
    manyListeners(this.#stop.signal);
  }

  /** How far it has come. */
  progress(): LoadingProgress {
    return { state: this.#state, total: this.#total, loaded: this.#loaded, failing: [...this.#failing] };
  }

  /** Settles when every selected tenant is loaded, or the application shuts down. Never rejects. */
  settled(): Promise<void> {
    return this.#running;
  }

  onApplicationBootstrap(): void {
    if (this.#loading === null) return;
    this.#state = 'loading';
    this.#running = this.#load(this.#loading);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort(new Error('The application is shutting down.'));
    await this.#running;
  }

  async #load({ selection, concurrency }: NonNullable<ResolvedLoading>): Promise<void> {
    const selected = await this.#untilItWorks('Eager loading cannot read the tenants', () =>
      selectTenants(this.#directory, selection, (name) =>
        this.#logger.warn(`Eager loading: there is no tenant "${name}".`),
      ),
    );
    const pending = selected ?? [];
    this.#pinFromNowOn(pending);
    this.#total = pending.length;
    await forEachConcurrently(pending, concurrency, (id) => this.#loadTenant(id));
    if (!this.#stop.signal.aborted) await this.#retryFailing();
  }

  #pinFromNowOn(tenantIds: readonly string[]): void {
    for (const id of tenantIds) this.#selected.add(id);
    for (const registry of this.#kinds.all()) {
      registry.on('created', ({ tenantId }) => {
        if (this.#selected.has(tenantId)) registry.pin(tenantId);
      });
    }
  }

  async #retryFailing(): Promise<void> {
    while (this.#failing.size > 0 && (await pause(this.#clock, RETRY_MS, this.#stop.signal))) {
      for (const id of [...this.#failing]) await this.#loadTenant(id);
    }
    if (!this.#stop.signal.aborted) this.#state = 'done';
  }

  async #loadTenant(id: string): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    try {
      await Promise.all(
        this.#kinds.all().map(async (registry) => {
          const lease = await registry.acquire(id, { signal });
          registry.pin(id);
          lease.release();
        }),
      );
      this.#failing.delete(id);
      this.#loaded += 1;
    } catch (error) {
      if (signal.aborted) return;
      this.#failing.add(id);
      this.#logger.warn(`Eager loading of tenant ${id} failed and is tried again: ${reasonOf(error)}`);
    }
  }

  async #untilItWorks<R>(what: string, attempt: () => Promise<R>): Promise<R | undefined> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        this.#logger.warn(`${what}, and tries again: ${reasonOf(error)}`);
        if (!(await pause(this.#clock, RETRY_MS, this.#stop.signal))) return undefined;
      }
    }
  }
}

/** Messages of our own carry no secret; those of others stay in `cause`. */
function reasonOf(error: unknown): string {
  return error instanceof MultitenancyError ? `${error.code} ${error.message}` : 'an unexpected error';
}
