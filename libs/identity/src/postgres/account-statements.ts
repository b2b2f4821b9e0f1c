import type { ScopedSql, SqlSession } from '@tenantry/postgres';
import type { Account, AccountGrants, TenantIdentityState } from '../port/account.js';
import {
  AccountExistsError,
  AccountUnknownError,
  LastAdministratorError,
  RoleUnknownError,
} from '../port/identity.errors.js';
import type { AccountChanges, AccountKey, AccountListQuery, NewStoredAccount } from '../port/identity-store.js';
import { advanceVersion, isActiveAdministrator, selectAccount, selectAccounts } from './account-sql.js';
import { GRANTS, stateOf } from './grants-sql.js';
import type { GrantsRow, StateRow } from './grants-sql.js';
import { withFaults } from './sql-faults.js';

/** Who is given which roles by whom. */
interface Granting {
  readonly accountId: string;
  readonly roles: readonly string[];
  readonly grantedBy: string | null;
}

/** Accounts of one tenant, in SQL. */
export class AccountStatements {
  readonly #tenantId: string;
  readonly #sql: ScopedSql;

  constructor(tenantId: string, sql: ScopedSql) {
    this.#tenantId = tenantId;
    this.#sql = sql;
  }

  async state(): Promise<TenantIdentityState> {
    const { rows } = await this.#sql.query<StateRow>(
      'select epoch, version, policy, idle_ms::float8 as "idleMs" from tenantry_identity.tenant_session',
      [],
    );
    return rows[0] === undefined ? { epoch: 1, version: 1, idle: null } : stateOf(rows[0]);
  }

  async grants(accountId: string): Promise<AccountGrants | null> {
    const [row] = (await this.#sql.query<GrantsRow>(GRANTS, [accountId])).rows;
    if (row === undefined) return null;
    const { tenantEpoch, version, policy, idleMs, ...grants } = row;
    return { ...grants, state: stateOf({ epoch: tenantEpoch, version, policy, idleMs }) };
  }

  async find({ store, name }: AccountKey): Promise<Account | null> {
    const [account] = await selectAccounts(this.#sql, 'where a.store = $1 and a.name = $2', [store, name]);
    return account ?? null;
  }

  list({ after = '', limit }: AccountListQuery): Promise<Account[]> {
    const rest = 'where (a.name, a.store) > ($1, $3) order by a.name, a.store limit $2';
    return selectAccounts(this.#sql, rest, [after, limit, LAST_STORE]);
  }

  add(account: NewStoredAccount): Promise<Account> {
    return this.#exclusive(async (tx) => {
      const id = await this.#insert(tx, account);
      if (account.passwordHash !== null) await insertPassword(tx, id, account.passwordHash);
      await this.#grant(tx, { accountId: id, roles: account.roles, grantedBy: account.grantedBy });
      return this.#found(await selectAccount(tx, id));
    });
  }

  change(accountId: string, { email, status }: AccountChanges): Promise<Account> {
    return this.#keepingAdministrator(accountId, async (tx) => {
      await withFaults({ unique: () => new AccountExistsError(this.#tenantId) }, () =>
        tx.query(
          `update tenantry_identity.account set
             email_verified_at = case when $2 and email is distinct from $3 then null else email_verified_at end,
             email = case when $2 then $3 else email end,
             status = coalesce($4::text, status),
             epoch = epoch + case when $4::text = 'disabled' then 1 else 0 end
           where id = $1::uuid`,
          [accountId, email !== undefined, email ?? null, status ?? null],
        ),
      );
      return this.#found(await selectAccount(tx, accountId));
    });
  }

  async remove(accountId: string): Promise<void> {
    await this.#keepingAdministrator(accountId, (tx) =>
      tx.query('delete from tenantry_identity.account where id = $1::uuid', [accountId]),
    );
  }

  setRoles(granting: Granting): Promise<Account> {
    return this.#keepingAdministrator(granting.accountId, async (tx) => {
      await tx.query('delete from tenantry_identity.account_role where account_id = $1::uuid', [granting.accountId]);
      await this.#grant(tx, granting);
      return this.#found(await selectAccount(tx, granting.accountId));
    });
  }

  async passwordHash(accountId: string): Promise<string | null> {
    const text = 'select hash from tenantry_identity.credential where account_id = $1::uuid';
    const { rows } = await this.#sql.query<{ hash: string }>(text, [accountId]);
    return rows[0]?.hash ?? null;
  }

  async setPassword(accountId: string, hash: string): Promise<void> {
    await this.#exclusive(async (tx) => {
      const text = 'update tenantry_identity.account set epoch = epoch + 1 where id = $1::uuid';
      const { rowCount } = await tx.query(text, [accountId]);
      if (rowCount === 0) throw new AccountUnknownError(this.#tenantId);
      await insertPassword(tx, accountId, hash);
    });
  }

  async rehash(accountId: string, from: string, to: string): Promise<void> {
    const text = 'update tenantry_identity.credential set hash = $3 where account_id = $1::uuid and hash = $2';
    await this.#sql.query(text, [accountId, from, to]);
  }

  /** One change of the tenant at a time, which other nodes see. */
  #exclusive<R>(change: (tx: SqlSession) => Promise<R>): Promise<R> {
    return this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      return change(tx);
    });
  }

  /** A change of an account that is there, after which the tenant still has an administrator. */
  #keepingAdministrator<R>(accountId: string, change: (tx: SqlSession) => Promise<R>): Promise<R> {
    return this.#exclusive(async (tx) => {
      this.#found(await selectAccount(tx, accountId));
      const before = await isActiveAdministrator(tx, accountId);
      const result = await change(tx);
      if (before && !(await isActiveAdministrator(tx, null))) throw new LastAdministratorError(this.#tenantId);
      return result;
    });
  }

  async #insert(tx: SqlSession, { store, name, email, emailVerified }: NewStoredAccount): Promise<string> {
    const { rows } = await withFaults({ unique: () => new AccountExistsError(this.#tenantId) }, () =>
      tx.query<{ id: string }>(
        `insert into tenantry_identity.account (store, name, email, email_verified_at)
         values ($1, $2, $3, case when $4 then now() end) returning id::text as id`,
        [store, name, email, emailVerified],
      ),
    );
    return (rows[0] as { id: string }).id;
  }

  async #grant(tx: SqlSession, { accountId, roles, grantedBy }: Granting): Promise<void> {
    const text = `insert into tenantry_identity.account_role (account_id, role, granted_by) values ($1::uuid, $2, $3::uuid)`;
    for (const role of roles) {
      await withFaults({ foreignKey: () => new RoleUnknownError(this.#tenantId, role) }, () =>
        tx.query(text, [accountId, role, grantedBy]),
      );
    }
  }

  #found(account: Account | null): Account {
    if (account === null) throw new AccountUnknownError(this.#tenantId);
    return account;
  }
}

/** After the name of every store: a page begins behind all accounts of the name that ended the one before. */
const LAST_STORE = '~';

async function insertPassword(tx: SqlSession, accountId: string, hash: string): Promise<void> {
  await tx.query(
    `insert into tenantry_identity.credential (account_id, hash) values ($1::uuid, $2)
     on conflict (tenant_id, account_id) do update set hash = excluded.hash, changed_at = now()`,
    [accountId, hash],
  );
}
