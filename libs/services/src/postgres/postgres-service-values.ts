import { Buffer } from 'node:buffer';
import type { TenantId } from '@tenantry/core';
import type { ServiceValues, ValuesQuota } from '../capabilities/service-values.js';
import type { ServiceDatabase } from './postgres-artifact-store.js';

/** Writes of one tenant wait for each other, so that the quota is exact. */
const LOCK = `select pg_advisory_xact_lock(hashtextextended('values of ' || current_setting('tenantry.tenant_id'), 0))`;

/** The values of services in PostgreSQL, each tenant's in that tenant's data. */
export class PostgresServiceValues implements ServiceValues {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async get(tenantId: TenantId, key: string): Promise<string | null> {
    const sql = this.#database.forTenant(tenantId);
    const { rows } = await sql.query<{ value: string }>('select value from service_values where key = $1', [key]);
    return rows[0]?.value ?? null;
  }

  set(tenantId: TenantId, key: string, value: string, quota: ValuesQuota): Promise<boolean> {
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
    return this.#database.forTenant(tenantId).transaction(async (tx) => {
      await tx.query(LOCK, []);
      const text = `insert into service_values (key, value, bytes)
        select $1, $2, $3::int from (
          select count(*) as keys, coalesce(sum(bytes), 0) as bytes from service_values where key <> $1
        ) others where others.keys < $4::int and others.bytes + $3::int <= $5::bigint
        on conflict (tenant_id, key) do update set value = excluded.value, bytes = excluded.bytes, updated_at = now()`;
      return (await tx.query(text, [key, value, bytes, quota.keys, quota.bytes])).rowCount > 0;
    });
  }

  async delete(tenantId: TenantId, key: string): Promise<boolean> {
    const { rowCount } = await this.#database
      .forTenant(tenantId)
      .query('delete from service_values where key = $1', [key]);
    return rowCount > 0;
  }

  async list(tenantId: TenantId, prefix: string, after: string, limit: number): Promise<readonly string[]> {
    const text = 'select key from service_values where starts_with(key, $1) and key > $2 order by key limit $3::int';
    const { rows } = await this.#database.forTenant(tenantId).query<{ key: string }>(text, [prefix, after, limit]);
    return rows.map(({ key }) => key);
  }

  async removeAll(tenantId: TenantId): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from service_values', []);
  }
}
