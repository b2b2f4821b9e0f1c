import type { ScopedSql, SqlSession } from '@tenantry/postgres';
import { AccountUnknownError } from '../port/identity.errors.js';
import type { NewSession, RefreshOutcome, SessionSummary, StoredSession, TenantIdle } from '../port/session.js';
import { advanceVersion } from './account-sql.js';

/** Sessions that have ended stay for a day, so that access tokens of them are recognized. */
const KEPT = `interval '1 day'`;

/** A session as one row. */
const STORED = `s.id::text as id, s.account_id::text as "accountId", a.name, s.generation, s.tenant_epoch as "tenantEpoch",
  s.account_epoch as "accountEpoch"`;
/** The session, its account and its tenant, where all three allow it. */
const GOOD = `tenantry_identity.session s
  join tenantry_identity.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
  left join tenantry_identity.tenant_session t on t.tenant_id = s.tenant_id
  where s.ended_at is null and s.expires_at > now() and a.status = 'active' and a.epoch = s.account_epoch
    and coalesce(t.epoch, 1) = s.tenant_epoch`;

/** Sessions of one tenant, in SQL. */
export class SessionStatements {
  readonly #tenantId: string;
  readonly #sql: ScopedSql;

  constructor(tenantId: string, sql: ScopedSql) {
    this.#tenantId = tenantId;
    this.#sql = sql;
  }

  open({ accountId, lifetimeMs, address, userAgent }: NewSession): Promise<StoredSession> {
    return this.#sql.transaction(async (tx) => {
      await removeOld(tx, accountId);
      const { rows } = await tx.query<StoredSession>(
        `with opened as (
           insert into tenantry_identity.session (account_id, tenant_epoch, account_epoch, expires_at, address, user_agent)
           select a.id, coalesce(t.epoch, 1), a.epoch, now() + make_interval(secs => $2::float8 / 1000), $3, $4
           from tenantry_identity.account a left join tenantry_identity.tenant_session t on t.tenant_id = a.tenant_id
           where a.id = $1::uuid and a.status = 'active' returning *
         )
         select ${STORED} from opened s join tenantry_identity.account a on a.tenant_id = s.tenant_id and a.id = s.account_id`,
        [accountId, lifetimeMs, address, userAgent],
      );
      const [session] = rows;
      if (session === undefined) throw new AccountUnknownError(this.#tenantId);
      return session;
    });
  }

  refresh(sessionId: string, generation: number): Promise<RefreshOutcome> {
    return this.#sql.transaction(async (tx) => {
      const text = `select ${STORED} from ${GOOD} and s.id = $1::uuid for update of s`;
      const [session] = (await tx.query<StoredSession>(text, [sessionId])).rows;
      if (session === undefined) return { kind: 'ended' };
      if (session.generation !== generation) return { kind: 'reused' };
      await tx.query(
        'update tenantry_identity.session set generation = generation + 1, refreshed_at = now() where id = $1::uuid',
        [sessionId],
      );
      return { kind: 'refreshed', session: { ...session, generation: generation + 1 } };
    });
  }

  async list(accountId: string | null): Promise<SessionSummary[]> {
    const { rows } = await this.#sql.query<SessionSummary>(
      `select s.id::text as id, s.account_id::text as "accountId", a.name, s.address, s.user_agent as "userAgent",
         s.created_at as "createdAt", s.refreshed_at as "refreshedAt", s.expires_at as "expiresAt"
       from ${GOOD} and ($1::uuid is null or s.account_id = $1::uuid) order by s.created_at desc, s.id limit 1000`,
      [accountId],
    );
    return rows;
  }

  end(sessionId: string, accountId: string | null): Promise<boolean> {
    return this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      const { rowCount } = await tx.query(
        `update tenantry_identity.session set ended_at = now()
         where id = $1::uuid and ended_at is null and ($2::uuid is null or account_id = $2::uuid)`,
        [sessionId, accountId],
      );
      return rowCount > 0;
    });
  }

  async endAccount(accountId: string): Promise<void> {
    await this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      await tx.query('update tenantry_identity.account set epoch = epoch + 1 where id = $1::uuid', [accountId]);
    });
  }

  async endTenant(): Promise<void> {
    await this.#sql.query(
      `insert into tenantry_identity.tenant_session (epoch, version) values (2, 2)
       on conflict (tenant_id) do update set epoch = tenant_session.epoch + 1, version = tenant_session.version + 1`,
      [],
    );
  }

  async touch(idleMs: number): Promise<number> {
    const isIdle = `case when tenant_session.last_seen_at < now() - make_interval(secs => $1::float8 / 1000) then 1 else 0 end`;
    const { rows } = await this.#sql.query<{ epoch: number }>(
      `insert into tenantry_identity.tenant_session (last_seen_at) values (now())
       on conflict (tenant_id) do update set
         epoch = tenant_session.epoch + ${isIdle},
         version = tenant_session.version + ${isIdle},
         last_seen_at = greatest(tenant_session.last_seen_at, now())
       returning epoch`,
      [idleMs],
    );
    return (rows[0] as { epoch: number }).epoch;
  }

  async setIdle(idle: TenantIdle | null): Promise<void> {
    await this.#sql.query(
      `insert into tenantry_identity.tenant_session (version, last_seen_at, policy, idle_ms) values (2, now(), $1, $2::bigint)
       on conflict (tenant_id) do update set version = tenant_session.version + 1, last_seen_at = now(),
         policy = excluded.policy, idle_ms = excluded.idle_ms`,
      [idle?.policy ?? null, idle?.afterMs ?? null],
    );
  }
}

async function removeOld(tx: SqlSession, accountId: string): Promise<void> {
  await tx.query(
    `delete from tenantry_identity.session
     where account_id = $1::uuid and (expires_at < now() - ${KEPT} or ended_at < now() - ${KEPT})`,
    [accountId],
  );
}
