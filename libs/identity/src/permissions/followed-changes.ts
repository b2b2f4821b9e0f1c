import type { OnModuleDestroy } from '@nestjs/common';
import type { TenantChangeListener } from '@tenantry/core/spi';
import type { Authorizations } from './authorizations.js';

/** Announces changes; `TenantSync` of `@tenantry/core` fits. */
export interface ChangeSource {
  onChange(listener: TenantChangeListener): () => void;
}

/** Drops what this node keeps in memory of tenants that changed, wherever they were changed. */
export class FollowedChanges implements OnModuleDestroy {
  readonly #stop: () => void;

  constructor(source: ChangeSource, authorizations: Authorizations) {
    this.#stop = source.onChange((tenantIds) => {
      if (tenantIds === null) authorizations.invalidateAll();
      else for (const tenantId of tenantIds) authorizations.invalidate(tenantId);
    });
  }

  onModuleDestroy(): void {
    this.#stop();
  }
}
