import type { ScopedSql } from '@tenantry/postgres';
import type { ApiKeySummary, NewApiKey } from '../port/session.js';
import { advanceVersion } from './account-sql.js';

const SUMMARY = 'id::text as id, name, scopes, created_at as "createdAt", expires_at as "expiresAt"';

/** API keys of one tenant, in SQL. */
export class ApiKeyStatements {
  readonly #sql: ScopedSql;

  constructor(sql: ScopedSql) {
    this.#sql = sql;
  }

  add({ accountId, name, hash, scopes, lifetimeMs }: NewApiKey): Promise<ApiKeySummary> {
    return this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      const { rows } = await tx.query<ApiKeySummary>(
        `insert into tenantry_identity.api_key (account_id, name, hash, scopes, expires_at)
         values ($1::uuid, $2, $3, $4::text[], now() + make_interval(secs => $5::float8 / 1000)) returning ${SUMMARY}`,
        [accountId, name, hash, scopes, lifetimeMs],
      );
      return rows[0] as ApiKeySummary;
    });
  }

  async list(accountId: string): Promise<ApiKeySummary[]> {
    const text = `select ${SUMMARY} from tenantry_identity.api_key where account_id = $1::uuid order by created_at, id`;
    return (await this.#sql.query<ApiKeySummary>(text, [accountId])).rows;
  }

  remove(keyId: string, accountId: string): Promise<boolean> {
    return this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      const text = 'delete from tenantry_identity.api_key where id = $1::uuid and account_id = $2::uuid';
      return (await tx.query(text, [keyId, accountId])).rowCount > 0;
    });
  }
}
