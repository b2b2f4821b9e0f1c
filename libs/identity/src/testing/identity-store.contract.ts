import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import type { IdentityStore } from '../port/identity-store.js';
import { addAccount, UNKNOWN_ID, versionOf } from './contract-parts.js';
import type { ContractRule } from './contract-parts.js';
import { API_KEY_RULES, SESSION_RULES } from './session-store.rules.js';

/** A store to try, empty, with the permissions `projects:read`, `projects:write` (every tenant) and `tenants:create` (platform). */
export interface OpenedIdentityStore {
  readonly store: IdentityStore;
}

/** One rule that every `IdentityStore` must keep; `run` rejects where it is broken. */
export interface ContractCase {
  readonly title: string;
  run(opened: OpenedIdentityStore): Promise<void>;
}

/**
 * The rules of an `IdentityStore`, for any test runner: `it.each(identityStoreContract())('$title', ({ run }) => run(opened))`, each
 * with an empty store.
 */
export function identityStoreContract(): readonly ContractCase[] {
  return Object.entries({
    ...ACCOUNT_RULES,
    ...ROLE_RULES,
    ...ADMINISTRATOR_RULES,
    ...SESSION_RULES,
    ...API_KEY_RULES,
  }).map(([title, rule]) => ({
    title,
    run: async ({ store }) => rule(store.forTenant('foo'), store.forTenant('bar')),
  }));
}

const ACCOUNT_RULES: Readonly<Record<string, ContractRule>> = {
  'an account that was added is found, in its own tenant alone': async (foo, bar) => {
    const added = await addAccount(foo);
    const { id, ...rest } = added;
    const expected = { store: 'PRIMARY', name: 'alice', email: 'alice@foo.com', emailVerified: false };
    deepEqual(rest, { ...expected, status: 'active', roles: [], epoch: 1 });
    deepEqual(await foo.findAccount({ store: 'PRIMARY', name: 'alice' }), added);
    equal(await foo.passwordHash(id), 'hash-1');
    equal(await bar.findAccount({ store: 'PRIMARY', name: 'alice' }), null);
    equal(await bar.passwordHash(id), null);
    equal(await bar.grants(id), null);
  },
  'a name and an e-mail are there once in a tenant, and once more in another one': async (foo, bar) => {
    await addAccount(foo);
    await rejects(addAccount(foo, { email: null }), { code: 'MT_ACCOUNT_EXISTS' });
    await rejects(addAccount(foo, { name: 'al' }), { code: 'MT_ACCOUNT_EXISTS' });
    equal((await addAccount(bar, { passwordHash: 'hash-of-bar' })).name, 'alice');
  },
  'an account with a role that is not there is not added': async (foo) => {
    await rejects(addAccount(foo, { roles: ['none'] }), { code: 'MT_ROLE_UNKNOWN' });
    equal(await foo.findAccount({ store: 'PRIMARY', name: 'alice' }), null);
  },
  'accounts are listed by name, in pages': async (foo, bar) => {
    for (const name of ['carol', 'alice', 'bob']) await addAccount(foo, { name, email: null });
    await addAccount(bar, { name: 'aaron', email: null });
    const names = async (after?: string): Promise<string[]> =>
      (await foo.listAccounts({ limit: 2, ...(after === undefined ? {} : { after }) })).map(({ name }) => name);
    deepEqual(await names(), ['alice', 'bob']);
    deepEqual(await names('bob'), ['carol']);
  },
  'a change keeps what it does not name, and a new e-mail is not verified': async (foo) => {
    const { id } = await addAccount(foo, { emailVerified: true });
    equal((await foo.changeAccount(id, { email: 'alice@foo.com' })).emailVerified, true);
    const changed = await foo.changeAccount(id, { email: 'a@foo.com' });
    deepEqual([changed.email, changed.emailVerified, changed.status], ['a@foo.com', false, 'active']);
    equal((await foo.changeAccount(id, { email: null })).email, null);
  },
  'disabling an account and setting its password end its sessions': async (foo) => {
    const { id, epoch } = await addAccount(foo);
    const before = await versionOf(foo);
    const disabled = await foo.changeAccount(id, { status: 'disabled' });
    equal(disabled.epoch, epoch + 1);
    equal((await foo.grants(id))?.status, 'disabled');
    await foo.setPassword(id, 'hash-2');
    equal((await foo.grants(id))?.epoch, epoch + 2);
    equal(await foo.passwordHash(id), 'hash-2');
    notEqual(await versionOf(foo), before);
  },
  'a hash is exchanged only while it is the current one, and no session ends': async (foo) => {
    const { id, epoch } = await addAccount(foo);
    await foo.rehash(id, 'another', 'hash-3');
    equal(await foo.passwordHash(id), 'hash-1');
    await foo.rehash(id, 'hash-1', 'hash-3');
    equal(await foo.passwordHash(id), 'hash-3');
    equal((await foo.grants(id))?.epoch, epoch);
  },
  'an account that is removed is gone, and unknown ones are not changed': async (foo, bar) => {
    const { id } = await addAccount(foo);
    await rejects(bar.removeAccount(id), { code: 'MT_ACCOUNT_UNKNOWN' });
    await rejects(bar.setPassword(id, 'x'), { code: 'MT_ACCOUNT_UNKNOWN' });
    await rejects(foo.changeAccount(UNKNOWN_ID, {}), { code: 'MT_ACCOUNT_UNKNOWN' });
    await foo.removeAccount(id);
    equal(await foo.grants(id), null);
    equal(await foo.passwordHash(id), null);
  },
  'everything of a tenant is removed, and nothing of another one': async (foo, bar) => {
    await foo.addRole('reader', ['projects:read']);
    await addAccount(foo, { roles: ['reader'] });
    await addAccount(bar);
    await foo.removeAll();
    deepEqual([await foo.listAccounts({ limit: 10 }), await foo.listRoles()], [[], []]);
    equal((await bar.listAccounts({ limit: 10 })).length, 1);
  },
};

const ROLE_RULES: Readonly<Record<string, ContractRule>> = {
  'roles give an account the permissions of all of them together': async (foo) => {
    await foo.addRole('reader', ['projects:read']);
    await foo.addRole('writer', ['projects:write', 'projects:read']);
    const { id } = await addAccount(foo, { roles: ['reader', 'writer'] });
    const grants = await foo.grants(id);
    deepEqual([...(grants?.permissions ?? [])].sort(), ['projects:read', 'projects:write']);
    equal(grants?.administrator, false);
    deepEqual(
      (await foo.listRoles()).map(({ name }) => name),
      ['reader', 'writer'],
    );
  },
  'a role that changes, and one that goes, changes its accounts and the version': async (foo) => {
    await foo.addRole('reader', ['projects:read']);
    const { id } = await addAccount(foo, { roles: ['reader'] });
    const first = await versionOf(foo);
    await foo.setRolePermissions('reader', ['projects:write']);
    const second = await versionOf(foo);
    deepEqual((await foo.grants(id))?.permissions, ['projects:write']);
    await foo.removeRole('reader');
    deepEqual((await foo.grants(id))?.permissions, []);
    equal(new Set([first, second, await versionOf(foo)]).size, 3);
  },
  'a role is there once, and one that is not there is not changed': async (foo, bar) => {
    await foo.addRole('reader', []);
    await rejects(foo.addRole('reader', []), { code: 'MT_ROLE_EXISTS' });
    await rejects(bar.setRolePermissions('reader', []), { code: 'MT_ROLE_UNKNOWN' });
    await rejects(bar.removeRole('reader'), { code: 'MT_ROLE_UNKNOWN' });
  },
  'a platform permission and an unknown one are in no role of a tenant': async (foo) => {
    await rejects(foo.addRole('operator', ['tenants:create']), { code: 'MT_GRANT_REFUSED' });
    await rejects(foo.addRole('operator', ['made:up']), { code: 'MT_GRANT_REFUSED' });
    await foo.addRole('operator', ['projects:read']);
    await rejects(foo.setRolePermissions('operator', ['tenants:create']), { code: 'MT_GRANT_REFUSED' });
    deepEqual((await foo.listRoles())[0]?.permissions, ['projects:read']);
  },
};

const ADMINISTRATOR_RULES: Readonly<Record<string, ContractRule>> = {
  'the role admin is the administrator of its tenant': async (foo) => {
    await foo.addRole('admin', []);
    const { id } = await addAccount(foo, { roles: ['admin'] });
    equal((await foo.grants(id))?.administrator, true);
  },
  'the last active administrator stays one': async (foo) => {
    await foo.addRole('admin', []);
    const { id } = await addAccount(foo, { roles: ['admin'] });
    const last = { code: 'MT_LAST_ADMINISTRATOR' };
    await rejects(foo.setRoles(id, [], null), last);
    await rejects(foo.changeAccount(id, { status: 'disabled' }), last);
    await rejects(foo.removeAccount(id), last);
    equal((await foo.grants(id))?.administrator, true);
  },
  'of two administrators that remove each other at once, one stays': async (foo) => {
    await foo.addRole('admin', []);
    const alice = await addAccount(foo, { roles: ['admin'] });
    const bob = await addAccount(foo, { name: 'bob', email: null, roles: ['admin'] });
    const outcomes = await Promise.allSettled([foo.removeAccount(alice.id), foo.removeAccount(bob.id)]);
    deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    equal((await foo.listAccounts({ limit: 10 })).length, 1);
  },
};
