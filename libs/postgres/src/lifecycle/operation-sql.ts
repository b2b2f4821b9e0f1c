import { OPERATION_COLUMNS } from './operation-row.js';

const LATER = (param: string): string => `clock_timestamp() + make_interval(secs => ${param}::float8 / 1000)`;
const ALL = `select ${OPERATION_COLUMNS} from tenantry.operations o`;

/**
 * The statements of PostgresTenantLifecycleStore. They say clock_timestamp() where the time that a transaction waited for a
 * lock must count; now() would measure from before the wait.
 *
 * @internal
 */
export const OPERATION_SQL = {
  find: `${ALL} where o.id = $1::uuid`,
  findByKey: `${ALL} where o.request_key = $1`,
  findExclusive: `
    ${ALL} where o.tenant_key = $1 and o.state in ('running', 'compensating') and o.step <> 'notify'`,
  lock: `${ALL} where o.id = $1::uuid for update`,
  lockClaimed: `${ALL} where o.id = $1::uuid and o.claim = $2::uuid for update`,
  lockDeletion: `
    ${ALL} where o.tenant_key = $1 and o.kind = 'delete' and o.state in ('running', 'compensating') for update`,
  /**
   * Gives no row where the request key is taken, or the tenant has an operation under way. `begin` is the step until the first
   * write is done: also an operation that continues to `notify` at once may not pass another one.
   */
  insert: `
    insert into tenantry.operations
      (id, request_key, fingerprint, kind, tenant_key, state, step, claim, lease_until, deadline_at)
    values ($1, $2, $3, $4, $5, 'running', 'begin', $6, ${LATER('$7')}, ${LATER('$8')})
    on conflict do nothing returning id`,
  fill: `
    update tenantry.operations as o set state = $2, step = $3, before = $4::json, tenant = $5::json,
      claim = case when $2 = 'running' then claim end
    where o.id = $1::uuid returning ${OPERATION_COLUMNS}`,
  claimDue: `
    update tenantry.operations as o set claim = $1, lease_until = ${LATER('$2')}
    where o.id = (
      select d.id from tenantry.operations d
      where d.state in ('running', 'compensating') and d.next_attempt_at <= now()
        and (d.claim is null or d.lease_until <= now())
      order by d.next_attempt_at limit 1 for update skip locked)
    returning ${OPERATION_COLUMNS}`,
  reopen: `
    update tenantry.operations as o set state = $2, attempts = 0, next_attempt_at = clock_timestamp(), claim = $3,
      lease_until = ${LATER('$4')}, updated_at = now()
    where o.id = $1::uuid returning ${OPERATION_COLUMNS}`,
  renew: `
    update tenantry.operations as o set lease_until = ${LATER('$3')}
    where o.id = $1::uuid and o.claim = $2::uuid returning ${OPERATION_COLUMNS}`,
  save: `
    update tenantry.operations as o set state = $2, step = $3, finished = $4::text[], attempts = $5, error = $6::json,
      tenant = $7::json, next_attempt_at = ${LATER('$8')}, deadline_at = coalesce(${LATER('$9')}, deadline_at),
      claim = case when $10::boolean then null else claim end, updated_at = now()
    where o.id = $1::uuid returning ${OPERATION_COLUMNS}`,
} as const;
