import type { AccountGrants, TenantIdentityState } from '../port/account.js';
import type { TenantIdle } from '../port/session.js';

/** Epochs and rule of a tenant as one row. */
export interface StateRow {
  readonly epoch: number;
  readonly version: number;
  readonly policy: TenantIdle['policy'] | null;
  readonly idleMs: number | null;
}

/** What {@link GRANTS} gives. */
export type GrantsRow = Omit<AccountGrants, 'state'> & Omit<StateRow, 'epoch'> & { readonly tenantEpoch: number };

/** What an account may do, in one reading: `$1` = its id. */
export const GRANTS = `
  select a.status, a.epoch, coalesce(s.epoch, 1) as "tenantEpoch", coalesce(s.version, 1) as version, s.policy,
    s.idle_ms::float8 as "idleMs",
    exists (select from tenantry_identity.account_role r
      where r.tenant_id = a.tenant_id and r.account_id = a.id and r.role = 'admin') as administrator,
    array(select distinct p.permission from tenantry_identity.account_role r
      join tenantry_identity.role_permission p on p.tenant_id = r.tenant_id and p.role = r.role
      where r.tenant_id = a.tenant_id and r.account_id = a.id) as permissions,
    array(select e.id::text from tenantry_identity.session e
      where e.tenant_id = a.tenant_id and e.account_id = a.id and e.ended_at > now() - interval '1 hour') as "endedSessions",
    coalesce((select json_agg(json_build_object('id', k.id, 'hash', k.hash, 'scopes', k.scopes,
        'expiresAtMs', extract(epoch from k.expires_at) * 1000))
      from tenantry_identity.api_key k where k.tenant_id = a.tenant_id and k.account_id = a.id), '[]'::json) as "apiKeys"
  from tenantry_identity.account a left join tenantry_identity.tenant_session s on s.tenant_id = a.tenant_id
  where a.id = $1::uuid`;

/** Epochs and rule of a tenant. */
export function stateOf({ epoch, version, policy, idleMs }: StateRow): TenantIdentityState {
  return { epoch, version, idle: policy === null || idleMs === null ? null : { policy, afterMs: idleMs } };
}
