import type { SqlSession } from '../sql/sql-database.js';

/** Channel of `NOTIFY` on which a change is announced. Its payload is empty: a notification is only a hint to read the log. */
export const CHANGES_CHANNEL = 'tenantry_changes';

/** One change of one tenant, as the log has it. */
export interface TenantChange {
  /** Place in the log: 1, 2, 3, ... in the order of the commits. */
  readonly version: number;
  /** Id of the tenant in lower case. */
  readonly tenantId: string;
  /** Generation of the record after the change; of a deleted one, its last. */
  readonly generation: number;
  readonly status: 'provisioning' | 'active' | 'suspended' | 'deleting' | 'deleted';
  /** Milliseconds from the change to this reading, by the clock of the database alone. */
  readonly ageMs: number;
}

/** How far the log goes. */
export interface ChangeLogExtent {
  /** Version of the last change; 0 = none yet. */
  readonly last: number;
  /** Changes up to this version are no longer kept. */
  readonly prunedTo: number;
}

/** How far the log goes now. */
export async function readChangeLogExtent(session: SqlSession): Promise<ChangeLogExtent> {
  const { rows } = await session.query<ChangeLogExtent>(
    `select version::float8 as last, pruned_to::float8 as "prunedTo" from tenantry.tenant_change_counter`,
    [],
  );
  return rows[0] ?? { last: 0, prunedTo: 0 };
}

/** The next changes after a version, in order, `limit` at most. */
export async function readChanges(session: SqlSession, after: number, limit: number): Promise<TenantChange[]> {
  const { rows } = await session.query<TenantChange>(
    `select version::float8 as version, key as "tenantId", generation, status,
       (extract(epoch from clock_timestamp() - at) * 1000)::float8 as "ageMs"
     from tenantry.tenant_changes where version > $1::bigint order by version limit $2::int`,
    [after, limit],
  );
  return rows;
}

/**
 * Deletes changes older than some time. Nodes that were away for longer reset by themselves.
 *
 * @param session connected as the owner of the catalog
 * @param olderThanHours above 0
 * @returns how many were deleted
 */
export async function pruneChanges(session: SqlSession, olderThanHours: number): Promise<number> {
  const { rows } = await session.query<{ pruned: number }>(
    `with gone as (
       delete from tenantry.tenant_changes where at < now() - make_interval(secs => $1::float8 * 3600) returning version
     ), marked as (
       update tenantry.tenant_change_counter set pruned_to = greatest(pruned_to, (select max(version) from gone))
       where exists (select 1 from gone) returning 1
     )
     select count(*)::int as pruned from gone`,
    [olderThanHours],
  );
  return rows[0]?.pruned ?? 0;
}
