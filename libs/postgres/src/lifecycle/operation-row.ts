import { freezeTenant } from '@tenantry/core/spi';
import type { Tenant } from '@tenantry/core';
import type { TenantOperation } from '@tenantry/lifecycle';

/** A row of `tenantry.operations`, its times as milliseconds from now. */
export interface OperationRow extends Omit<TenantOperation, 'tenantId' | 'tenant'> {
  readonly fingerprint: string;
  readonly tenantKey: string;
  /** Null until the first write of the same transaction is done. */
  readonly tenant: Tenant | null;
}

/**
 * The columns of {@link OperationRow}, of a table called `o`. Times leave as durations, by the clock of this server: nodes compare
 * them with nothing of their own.
 */
export const OPERATION_COLUMNS = `
  o.id::text as id, o.request_key as "requestKey", o.fingerprint, o.kind, o.tenant_key as "tenantKey", o.state, o.step,
  o.finished, o.attempts, o.error, o.before, o.tenant,
  greatest(0, extract(epoch from o.next_attempt_at - clock_timestamp()) * 1000)::float8 as "nextAttemptInMs",
  greatest(0, extract(epoch from o.deadline_at - clock_timestamp()) * 1000)::float8 as "deadlineInMs"`;

/** The operation that a row holds. @internal */
export function operationOf({ fingerprint: _, tenantKey, tenant, before, ...row }: OperationRow): TenantOperation {
  const record = freezeTenant(tenant as Tenant);
  return {
    ...row,
    tenantId: record?.id ?? tenantKey,
    before: before === null ? null : freezeTenant(before),
    tenant: record,
  };
}
