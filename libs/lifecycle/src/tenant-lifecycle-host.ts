import { MultitenancyError, TenantSuspendedError } from '@tenantry/core';
import type { Tenant, TenantClientRegistries, TenantSettings } from '@tenantry/core';
import type { OpenScopes } from '@tenantry/core/spi';
import { Logger } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleInit,
} from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { discoverParticipants } from './discover-participants.js';
import type { TenantLifecycleEvent } from './lifecycle-events.js';
import type { TenantLifecycleOptions } from './lifecycle-options.js';
import type { LifecycleParticipants } from './lifecycle-participants.js';
import { TenantLifecycle } from './tenant-lifecycle.js';
import type { TenantOperation } from './tenant-operation.js';

/** What the host needs of the application. */
export interface LifecycleHostParts {
  readonly options: TenantLifecycleOptions;
  readonly modules: ModulesContainer;
  readonly kinds: TenantClientRegistries;
  readonly scopes: OpenScopes;
  readonly settings: TenantSettings<object>;
  /** Drops what is cached of tenants on this node. */
  readonly invalidate: (tenants: readonly (Tenant | null)[]) => void;
  /** Settles with the work, and at the deadline of a shutdown at the latest. */
  readonly within: (work: Promise<unknown>) => Promise<void>;
  /** Applies a change to the clients of this node: closes those of a tenant that is not served, renews the others. */
  readonly apply: (tenant: Tenant) => void;
}

/** The lifecycle in a Nest application: finds who takes part, starts the resumer and stops it. */
export class TenantLifecycleHost
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly lifecycle: TenantLifecycle;
  readonly #parts: LifecycleHostParts;
  readonly #logger = new Logger('Multitenancy');
  #participants: LifecycleParticipants | undefined;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(parts: LifecycleHostParts) {
    this.#parts = parts;
    const { options, kinds, scopes, settings } = parts;
    const releaseClients = (tenantId: string): Promise<unknown> => {
      scopes.abortTenant(tenantId, new TenantSuspendedError(tenantId, 'being deleted'));
      return Promise.all(kinds.all().map((registry) => registry.evict(tenantId)));
    };
    const report = (event: TenantLifecycleEvent): void => this.#log(event);
    const surroundings = {
      participants: () => this.#takePart(),
      settings,
      releaseClients,
      openScopes: (tenantId: string) => scopes.countOf(tenantId),
      changed: (operation: TenantOperation) => this.#changed(operation),
    };
    const { applicationId } = kinds;
    this.lifecycle = new TenantLifecycle({ report, applicationId, ...options }, surroundings);
  }

  onModuleInit(): void {
    const { listeners } = this.#takePart();
    const { presence } = this.#parts.kinds;
    for (const name of ['loaded', 'unloaded'] as const) {
      presence.on(name, async ({ tenantId }) => {
        for (const { instance, name: listener } of listeners) {
          await this.#notify(listener, name, () => instance[name]?.(tenantId));
        }
      });
    }
  }

  onApplicationBootstrap(): void {
    this.lifecycle.start();
  }

  /** Requests are in flight still, and may use the lifecycle; background work must end while the database is open. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#parts.within(this.lifecycle.retire());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#parts.within(this.lifecycle.close());
  }

  #takePart(): LifecycleParticipants {
    this.#participants ??= discoverParticipants(this.#parts.modules);
    return this.#participants;
  }

  async #notify(listener: string, name: string, call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#logger.error(`${listener}.${name} failed.`, error);
    }
  }

  #changed({ kind, before, tenant }: TenantOperation): void {
    // A tenant may delete itself: the request that does so would wait for its own end.
    if (kind === 'delete') this.#parts.scopes.disregardCurrent(tenant.id);
    this.#parts.invalidate([before, tenant]);
    this.#parts.apply(tenant);
    if (tenant.status === 'active' || tenant.status === 'provisioning') return;
    const status = tenant.status === 'deleting' ? 'being deleted' : 'suspended';
    this.#parts.scopes.abortTenant(tenant.id, new TenantSuspendedError(tenant.id, status));
  }

  #log(event: TenantLifecycleEvent): void {
    if (event.type === 'ended') return;
    if (event.type === 'interrupted') {
      this.#logger.warn(interruptionOf(event));
      return;
    }
    const { operation, part, cause } = event;
    this.#logger.warn(`Operation ${operation.id} (${operation.kind} ${operation.tenantId}): ${part} failed.`, cause);
  }
}

/** Comes every few seconds while the store is down: one line, without a stack. The diagnostics channel has the cause. */
function interruptionOf({ operationId, cause }: TenantLifecycleEvent & { type: 'interrupted' }): string {
  const what = operationId === undefined ? 'The look for unfinished operations' : `Operation ${operationId}`;
  const why = cause instanceof MultitenancyError ? `${cause.code} ${cause.message}` : 'an unexpected error';
  return `${what} was interrupted, and is tried again: ${why}`;
}
