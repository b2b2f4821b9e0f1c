import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CronJob } from 'cron';
import type { TenantClientRegistries } from '../tenant-client-registries.js';
import type { NestSchedule } from './nest-schedule.js';

/** Name of the cron job, in `SchedulerRegistry` where the application has one. */
export const CLEANUP_JOB = 'tenantry:client-cleanup';

/**
 * Evicts idle clients of every kind by a cron schedule.
 *
 * Where the application imports `ScheduleModule`, the job is one of its jobs. Otherwise it runs by itself: importing
 * `ScheduleModule` here would start the application's other `@Cron` methods, or run them twice.
 */
@Injectable()
export class TenantClientCleanup implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #kinds: TenantClientRegistries;
  readonly #modules: ModulesContainer;
  readonly #nestSchedule: NestSchedule | null;
  readonly #schedule: { readonly cron: string; readonly enabled: boolean };
  readonly #logger = new Logger('Multitenancy');
  #running: Promise<void> | null = null;
  #stopped = false;
  #ownJob: CronJob | null = null;

  /**
   * @param schedule cron expression, and whether to run at all
   * @param nestSchedule `@nestjs/schedule`; `null` where it is not installed
   */
  constructor(
    kinds: TenantClientRegistries,
    modules: ModulesContainer,
    schedule: { readonly cron: string; readonly enabled: boolean },
    nestSchedule: NestSchedule | null,
  ) {
    this.#kinds = kinds;
    this.#modules = modules;
    this.#schedule = schedule;
    this.#nestSchedule = nestSchedule;
    if (schedule.enabled && nestSchedule !== null) this.#decorate(schedule.cron, nestSchedule);
  }

  /** Sweeps every registry once. A call during a sweep joins it; after shutdown has begun it does nothing. Never rejects. */
  sweep(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#running ??= this.#sweepAll().finally(() => (this.#running = null));
    return this.#running;
  }

  onApplicationBootstrap(): void {
    if (!this.#schedule.enabled || this.#applicationSchedules()) return;
    const onTick = (): void => void this.sweep();
    this.#ownJob = CronJob.from({
      cronTime: this.#schedule.cron,
      name: CLEANUP_JOB,
      onTick,
      start: true,
      unrefTimeout: true,
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    await this.#ownJob?.stop();
    await this.#running;
  }

  /** `@Cron` of this instance's `sweep`: the expression comes from the options, which a class does not know. */
  #decorate(cron: string, { Cron }: NestSchedule): void {
    const scheduled = (): Promise<void> => TenantClientCleanup.prototype.sweep.call(this);
    Cron(cron, { name: CLEANUP_JOB, unrefTimeout: true })(this, 'sweep', { value: scheduled });
    Object.defineProperty(this, 'sweep', { value: scheduled });
  }

  #applicationSchedules(): boolean {
    const { ScheduleModule } = this.#nestSchedule ?? {};
    return [...this.#modules.values()].some(({ metatype }) => metatype === ScheduleModule);
  }

  async #sweepAll(): Promise<void> {
    for (const registry of this.#kinds.all()) {
      try {
        await registry.cleanUp();
      } catch (error) {
        this.#logger.error(`Cleaning up the ${registry.name} clients failed.`, error);
      }
    }
  }
}
