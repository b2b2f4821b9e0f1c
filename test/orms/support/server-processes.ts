import type { IsolatedData } from '../../isolation/support/isolated-data.js';
import { TENANTS } from '../../isolation/support/tenants-server.js';

/** The processes of the server that serve connections of tenants, by their ids. */
export async function processesOf(data: IsolatedData): Promise<number[]> {
  const roles = TENANTS.map((tenantId) => data.roleOf(tenantId));
  const sql = 'select pid from pg_stat_activity where usename = any($1)';
  return (await data.server.admin.query<{ pid: number }>(sql, [roles])).rows.map(({ pid }) => pid);
}

/** Ends all of these connections at the server. */
export async function endProcessesOf(data: IsolatedData): Promise<void> {
  const sql = 'select pg_terminate_backend(pid) from unnest($1::int[]) as pid';
  await data.server.admin.query(sql, [await processesOf(data)]);
}
