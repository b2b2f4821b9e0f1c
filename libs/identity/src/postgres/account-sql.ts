import type { SqlSession } from '@tenantry/postgres';
import type { Account } from '../port/account.js';

/** An account as one row, with its roles. */
const COLUMNS = `a.id::text as id, a.store, a.name, a.email, (a.email_verified_at is not null) as "emailVerified", a.status, a.epoch,
  array(select r.role from tenantry_identity.account_role r where r.tenant_id = a.tenant_id and r.account_id = a.id
    order by r.role) as roles`;

/** Reads accounts. @param rest what follows `from ... a` */
export async function selectAccounts(
  session: SqlSession,
  rest: string,
  values: readonly unknown[],
): Promise<Account[]> {
  const { rows } = await session.query<Account>(`select ${COLUMNS} from tenantry_identity.account a ${rest}`, values);
  return rows;
}

/** The account of an id; `null` = there is none. */
export async function selectAccount(session: SqlSession, accountId: string): Promise<Account | null> {
  const [account] = await selectAccounts(session, 'where a.id = $1::uuid', [accountId]);
  return account ?? null;
}

/** Advances the tenant's version, which also locks the tenant's identity until the transaction ends. */
export async function advanceVersion(tx: SqlSession): Promise<void> {
  await tx.query(
    `insert into tenantry_identity.tenant_session (version) values (2)
     on conflict (tenant_id) do update set version = tenant_session.version + 1`,
    [],
  );
}

/** Whether an account is an administrator that can log in. */
export async function isActiveAdministrator(tx: SqlSession, accountId: string | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from tenantry_identity.account a join tenantry_identity.account_role r
       on r.tenant_id = a.tenant_id and r.account_id = a.id and r.role = 'admin'
     where a.status = 'active' and ($1::uuid is null or a.id = $1::uuid) limit 1`,
    [accountId],
  );
  return rowCount > 0;
}
