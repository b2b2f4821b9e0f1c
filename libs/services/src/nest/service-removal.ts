import { Injectable } from '@nestjs/common';
import type { TenantId } from '@tenantry/core';
import { ServiceParts } from './service-parts.js';

/** Deletes what a tenant deployed: for the provisioner that removes its data. */
@Injectable()
export class ServiceRemoval {
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Deletes artifacts, values and log lines. Idempotent. @throws what the stores throw */
  async removeAll(tenantId: TenantId): Promise<void> {
    const { store, values } = this.#parts.options;
    await store.removeAll(tenantId);
    await values?.removeAll(tenantId);
    this.#parts.log.removeAll(tenantId);
    this.#parts.directory.invalidate(tenantId);
  }
}
