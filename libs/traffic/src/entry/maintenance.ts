import { ArgumentInvalidError, SUPER_TENANT_ID } from '@tenantry/core';
import type { TenantEntry } from '@tenantry/core/spi';
import { MaintenanceError } from '../errors/traffic.errors.js';
import { LONGEST_MS } from '../kernel/longest.js';
import { pass, refuse } from './traffic-handler.js';
import type { CrossTenantHandler, TrafficVerdict } from './traffic-handler.js';

/** What clients receive during a maintenance. */
export interface MaintenanceNotice {
  /** Default: a sentence that says no more than the code. */
  readonly text?: string;
  /** Milliseconds for `Retry-After`, 1 to 2,147,483,647. Default: 60,000. */
  readonly retryAfterMs?: number;
  /** Id of the tenant that is meant; default: all tenants. */
  readonly tenantId?: string;
}

/**
 * Tenants, or the service as a whole, in maintenance on this node: their requests get 503 with `Retry-After`. Requests of the super
 * tenant and those without a tenant (health, central pages) continue. Inject it; a `CrossTenantHandler` that reads the tenant's record
 * does the same on all nodes.
 */
export class Maintenance implements CrossTenantHandler {
  readonly #notices = new Map<string | undefined, MaintenanceNotice>();

  /** Begins a maintenance, or changes its notice. @throws `MT_ARGUMENT_INVALID` */
  begin(notice: MaintenanceNotice = {}): void {
    const { retryAfterMs } = notice;
    if (retryAfterMs !== undefined && !(retryAfterMs >= 1 && retryAfterMs <= LONGEST_MS))
      throw new ArgumentInvalidError('retryAfterMs', retryAfterMs, `a number from 1 to ${LONGEST_MS}`);
    this.#notices.set(notice.tenantId, notice);
  }

  /** Ends a maintenance. @param tenantId default: that of the service */
  end(tenantId?: string): void {
    this.#notices.delete(tenantId);
  }

  /** What is in maintenance. */
  notices(): readonly MaintenanceNotice[] {
    return [...this.#notices.values()];
  }

  handle({ tenant }: Pick<TenantEntry, 'tenant'>): TrafficVerdict {
    if (this.#notices.size === 0 || tenant === null || tenant.id === SUPER_TENANT_ID) return pass();
    const notice = this.#notices.get(tenant.id) ?? this.#notices.get(undefined);
    if (notice === undefined) return pass();
    return refuse(new MaintenanceError(notice.text, notice.retryAfterMs, notice.tenantId));
  }
}
