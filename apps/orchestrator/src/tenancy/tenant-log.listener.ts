import { Logger } from '@nestjs/common';
import { TenantListener } from '@tenantry/lifecycle';
import type { TenantChangeEvent, TenantLifecycleListener } from '@tenantry/lifecycle';

/** Writes what happens to tenants to the log, once for each change, on whichever node finished it. */
@TenantListener({ name: 'log' })
export class TenantLogListener implements TenantLifecycleListener {
  readonly #logger = new Logger('Tenants');

  afterCreate(event: TenantChangeEvent): void {
    this.#log(event);
  }

  afterActivate(event: TenantChangeEvent): void {
    this.#log(event);
  }

  afterSuspend(event: TenantChangeEvent): void {
    this.#log(event);
  }

  afterRename(event: TenantChangeEvent): void {
    this.#log(event);
  }

  afterUpdate(event: TenantChangeEvent): void {
    this.#log(event);
  }

  afterDelete(event: TenantChangeEvent): void {
    this.#log(event);
  }

  #log({ kind, operationId, tenant }: TenantChangeEvent): void {
    this.#logger.log(`${kind} ${tenant.id} (${tenant.domain}) is done, operation ${operationId}.`);
  }
}
