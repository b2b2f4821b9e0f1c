import pg from 'pg';
import type { ConnectionSettings } from './project-store.js';

/**
 * A pool that survives connections which break. `pg` reports them by an `error` event, of the pool while a connection is
 * idle and of the connection while it is in use; without a listener, the process ends.
 */
export function quietPool(settings: ConnectionSettings): pg.Pool {
  const pool = new pg.Pool(settings);
  const ignore = (): void => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

/** Connects once, so that a refused connection throws when the client is made. */
export async function provenPool(settings: ConnectionSettings): Promise<pg.Pool> {
  const pool = quietPool(settings);
  try {
    (await pool.connect()).release();
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}
