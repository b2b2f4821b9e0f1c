import type { Account } from '../port/account.js';
import type { NewStoredAccount, TenantIdentityStore } from '../port/identity-store.js';

/** One rule over two tenants that are empty. */
export type ContractRule = (foo: TenantIdentityStore, bar: TenantIdentityStore) => Promise<void>;

/** An id that no account has. */
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const ALICE: NewStoredAccount = {
  store: 'PRIMARY',
  name: 'alice',
  email: 'alice@foo.com',
  emailVerified: false,
  passwordHash: 'hash-1',
  roles: [],
  grantedBy: null,
};

/** Adds an account, with what differs from Alice's. */
export function addAccount(tenant: TenantIdentityStore, changes: Partial<NewStoredAccount> = {}): Promise<Account> {
  return tenant.addAccount({ ...ALICE, ...changes });
}

/** The version of a tenant. */
export async function versionOf(tenant: TenantIdentityStore): Promise<number> {
  return (await tenant.state()).version;
}
