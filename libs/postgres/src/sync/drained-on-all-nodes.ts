import { numberArgument } from '@tenantry/core/spi';
import type { SqlSession } from '../sql/sql-database.js';

/** What may be set for {@link drainedOnAllNodes}. */
export interface DrainedOnAllNodesOptions {
  /** Milliseconds without a heartbeat after which a node counts as dead, 11,000 to 600,000. Default 30,000. */
  readonly deadAfterMs?: number;
}

/* Nodes that ended without signing off would pile up: they are deleted by a later query, a day later. */
const FORGET_DEAD = `delete from tenantry.nodes where seen_at < clock_timestamp() - interval '1 day'`;
const STILL_OPEN = `
  select exists (
    select 1 from tenantry.nodes n
    where n.seen_at > clock_timestamp() - make_interval(secs => $2::float8 / 1000)
      and n.drained_to < (select max(c.version) from tenantry.tenant_changes c where c.key = lower($1::text))
  ) as open`;

/**
 * Answers whether a blocked tenant has no open clients left on any node: for `drained` of the lifecycle's options.
 * Nodes are those that follow the catalog through `TenantSyncModule`, from their first reading on; others are not seen.
 * All times are by the clock of the database.
 *
 * @param session connected as a role with the rights of `grantCatalogSql`
 * @returns a function that rejects with the driver's error when the database cannot be asked
 * @throws `MT_ARGUMENT_INVALID`
 */
export function drainedOnAllNodes(
  session: SqlSession,
  { deadAfterMs = 30_000 }: DrainedOnAllNodesOptions = {},
): (tenantId: string) => Promise<boolean> {
  // A node signs at least every 10 s, the longest pause between two readings.
  numberArgument('deadAfterMs', deadAfterMs, { min: 11_000, max: 600_000, unit: 'milliseconds' });
  return async (tenantId) => {
    await session.query(FORGET_DEAD, []);
    const { rows } = await session.query<{ open: boolean }>(STILL_OPEN, [tenantId, deadAfterMs]);
    return rows[0]?.open === false;
  };
}
