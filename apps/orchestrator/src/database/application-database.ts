import type { SqlDatabase } from '@tenantry/postgres';

/** A database that keeps tenants apart. */
export interface ApplicationDatabase {
  readonly database: SqlDatabase;
  /** Role to assume in each transaction; `undefined` = the connection's own. */
  readonly role: string | undefined;
}
