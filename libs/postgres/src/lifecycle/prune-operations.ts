import { numberArgument } from '@tenantry/core/spi';
import type { SqlSession } from '../sql/sql-database.js';

/**
 * Deletes operations that have been over for some time, with their request keys: a request that is repeated afterwards is another
 * one. What is running, or failed and can be resumed, stays.
 *
 * @param session connected as the owner of the catalog
 * @param olderThanDays above 0
 * @returns how many were deleted
 * @throws `MT_ARGUMENT_INVALID`
 */
export async function pruneOperations(session: SqlSession, olderThanDays: number): Promise<number> {
  numberArgument('olderThanDays', olderThanDays, { min: 0, exclusive: true });
  const { rowCount } = await session.query(
    `delete from tenantry.operations
     where updated_at < now() - make_interval(secs => $1::float8 * 86400)
       and (state = 'done' or (state = 'failed' and step = 'compensated'))`,
    [olderThanDays],
  );
  return rowCount;
}
