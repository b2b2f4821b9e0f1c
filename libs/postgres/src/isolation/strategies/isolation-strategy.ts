import type { ScopedSql } from '../../sql/sql-database.js';
import type { TenantPlace } from './tenant-place.js';

/** SQL in one tenant's data. Each call is on its own; nothing is held between calls. */
export type TenantSql = ScopedSql;

/** One way to keep the data of tenants apart. */
export interface IsolationStrategy {
  /** What kind it is, for messages. */
  readonly kind: string;
  /**
   * SQL in the data of one tenant. Sends nothing yet: errors of the tenant's place are thrown by the calls.
   *
   * @param tenantId a tenant's id as the catalog spells it, case and all; not looked up
   * @param place where its data lies, for strategies to which that makes a difference. Default: what the strategy knows itself
   * @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id
   */
  forTenant(tenantId: string, place?: TenantPlace): TenantSql;
  /** Ends every connection that it made itself. Idempotent. */
  close(): Promise<void>;
}
