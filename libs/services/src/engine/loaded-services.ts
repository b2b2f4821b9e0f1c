import type { TenantId } from '@tenantry/core';
import { ServiceCapacityError } from '../kernel/service.errors.js';
import type { Instance } from './instance.js';

/** A service that is loaded, or being loaded. */
export interface LoadedService {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly version: number;
  /** Rejects where it cannot be loaded; then it has been forgotten. */
  readonly instance: Promise<Instance>;
  /** Set when it is loaded. */
  loaded: Instance | undefined;
  usedAt: number;
  /** Requests that use it, or wait for it. */
  users: number;
  /** It takes no more requests. */
  isRetired: boolean;
}

/** Unloads a service that takes no more requests, once none uses it. */
export function retireUnused({ loaded, users }: LoadedService): void {
  if (users === 0) loaded?.retire();
}

/** Every loaded service of an engine, in the order of their last use; at most so many. */
export class LoadedServices {
  readonly #services = new Set<LoadedService>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#services.size;
  }

  /** Makes place for one more: the one that no request used for longest is unloaded. @throws `MT_SERVICE_CAPACITY` */
  makePlace(tenantId: TenantId): void {
    if (this.#services.size < this.#max) return;
    for (const service of this.#services) {
      if (service.loaded === undefined || service.users > 0) continue;
      this.#services.delete(service);
      service.isRetired = true;
      service.loaded.retire();
      return;
    }
    throw new ServiceCapacityError(tenantId, this.#max);
  }

  /** Adds a service, or makes it the one that was used last. */
  use(service: LoadedService, now: number): void {
    this.#services.delete(service);
    this.#services.add(service);
    service.usedAt = now;
  }

  delete(service: LoadedService): void {
    this.#services.delete(service);
  }
}
