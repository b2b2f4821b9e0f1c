import { MultitenancyError } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { withinDeadline } from '@tenantry/core/spi';
import type { TenantProbe } from '@tenantry/core/spi';
import type { FaultLog } from '../kernel/fault-log.js';

/** Whether one part is fit for requests. */
export type PartHealth =
  | { readonly status: 'up' }
  /** `reason`: the code of the error, or `failed`, `timeout`, `shutting_down`; never its message, which may be shown to all. */
  | { readonly status: 'down'; readonly reason: string };

/** An answer of {@link TenantHealth}. */
export interface HealthReport {
  readonly status: 'up' | 'down';
  /** By the name of the part: `catalog`, `sync`, `secrets`. */
  readonly parts: Readonly<Record<string, PartHealth>>;
}

/** What a `@nestjs/terminus` health indicator gives. */
export type HealthIndicatorShape<K extends string> = Record<K, HealthReport>;

/** What a {@link TenantHealth} asks. */
export interface HealthParts {
  readonly probes: () => readonly TenantProbe[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly faults: FaultLog;
}

const ALIVE: HealthReport = Object.freeze({ status: 'up', parts: Object.freeze({}) });

/**
 * Liveness and readiness of this node, for an orchestrator's probes or a load balancer. Neither depends on one tenant: a
 * client that cannot be created, a full registry and a suspended tenant leave the node ready.
 */
export class TenantHealth {
  readonly #parts: HealthParts;
  #checking: Promise<HealthReport> | undefined;
  #shuttingDown = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** Whether the process lives. Asks nothing: a node whose catalog is down must not be restarted for it. */
  live(): HealthReport {
    return ALIVE;
  }

  /**
   * Whether this node should get requests: the catalog answers, changes of tenants arrive, the login for secrets is good, and
   * the node is not shutting down. Never rejects. Calls at the same time share one check.
   */
  ready(): Promise<HealthReport> {
    if (this.#shuttingDown) return Promise.resolve(downFor('application', 'shutting_down'));
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  /** {@link live} as an indicator of `@nestjs/terminus`: `health.check([() => tenantHealth.isLive()])`. */
  async isLive<K extends string = 'process'>(key: K = 'process' as K): Promise<HealthIndicatorShape<K>> {
    return { [key]: this.live() } as HealthIndicatorShape<K>;
  }

  /** {@link ready} as an indicator of `@nestjs/terminus`: `health.check([() => tenantHealth.isReady()])`. */
  async isReady<K extends string = 'tenantry'>(key: K = 'tenantry' as K): Promise<HealthIndicatorShape<K>> {
    return { [key]: await this.ready() } as HealthIndicatorShape<K>;
  }

  /** From now on the node is not ready. Called at the first step of a shutdown. */
  shutDown(): void {
    this.#shuttingDown = true;
  }

  async #check(): Promise<HealthReport> {
    const probes = this.#parts.probes().filter(({ check }) => check !== undefined);
    const results = await Promise.all(probes.map((probe) => this.#healthOf(probe)));
    if (this.#shuttingDown) return downFor('application', 'shutting_down');
    const status = results.every((part) => part.status === 'up') ? 'up' : 'down';
    return { status, parts: Object.fromEntries(probes.map(({ name }, at) => [name, results[at] as PartHealth])) };
  }

  async #healthOf({ name, check }: TenantProbe): Promise<PartHealth> {
    try {
      const { clock, timeoutMs } = this.#parts;
      await withinDeadline({ clock, timeoutMs, onTimeout: () => TIMED_OUT }, () => check?.());
      return { status: 'up' };
    } catch (error) {
      if (!(error instanceof MultitenancyError) && error !== TIMED_OUT)
        this.#parts.faults.report(`The check of ${name}`, error);
      return { status: 'down', reason: reasonOf(error) };
    }
  }
}

const TIMED_OUT = new Error('It did not answer in time.');

function downFor(part: string, reason: string): HealthReport {
  return { status: 'down', parts: { [part]: { status: 'down', reason } } };
}

function reasonOf(error: unknown): string {
  if (error === TIMED_OUT) return 'timeout';
  return error instanceof MultitenancyError ? error.code : 'failed';
}
