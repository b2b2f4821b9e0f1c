import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { RefreshOutcome, StoredSession } from '../port/session.js';
import type { TenantIdentityStore } from '../port/identity-store.js';
import { addAccount, UNKNOWN_ID, versionOf } from './contract-parts.js';
import type { ContractRule } from './contract-parts.js';

const HOUR_MS = 3_600_000;

function open(tenant: TenantIdentityStore, accountId: string): Promise<StoredSession> {
  return tenant.openSession({ accountId, lifetimeMs: HOUR_MS, address: '192.0.2.1', userAgent: 'curl' });
}

async function kindOf(outcome: Promise<RefreshOutcome>): Promise<string> {
  return (await outcome).kind;
}

/** Rules of sessions. */
export const SESSION_RULES: Readonly<Record<string, ContractRule>> = {
  'a session is opened with the current epochs, and in its own tenant alone': async (foo, bar) => {
    const { id: accountId, name } = await addAccount(foo);
    const { id, ...session } = await open(foo, accountId);
    deepEqual(session, { accountId, name, generation: 1, tenantEpoch: 1, accountEpoch: 1 });
    const [listed] = await foo.listSessions(accountId);
    deepEqual([listed?.id, listed?.address, listed?.userAgent], [id, '192.0.2.1', 'curl']);
    deepEqual(await bar.listSessions(null), []);
    equal(await bar.endSession(id, null), false);
    deepEqual(await bar.refreshSession(id, 1), { kind: 'ended' });
  },
  'no session is opened for an unknown and for a disabled account': async (foo) => {
    await rejects(open(foo, UNKNOWN_ID), { code: 'MT_ACCOUNT_UNKNOWN' });
    const { id } = await addAccount(foo);
    await foo.changeAccount(id, { status: 'disabled' });
    await rejects(open(foo, id), { code: 'MT_ACCOUNT_UNKNOWN' });
  },
  'each generation is good for one refresh, also of several at once': async (foo) => {
    const { id } = await open(foo, (await addAccount(foo)).id);
    const kinds = await Promise.all([1, 1, 1, 1].map((generation) => kindOf(foo.refreshSession(id, generation))));
    deepEqual(kinds.sort(), ['refreshed', 'reused', 'reused', 'reused']);
    equal(await kindOf(foo.refreshSession(id, 2)), 'refreshed');
    equal(await kindOf(foo.refreshSession(id, 2)), 'reused');
  },
  'a session that was ended is not refreshed, is not listed and is in the grants of its account': async (foo) => {
    const { id: accountId } = await addAccount(foo);
    const [one, other] = [await open(foo, accountId), await open(foo, accountId)];
    const before = await versionOf(foo);
    equal(await foo.endSession(one.id, UNKNOWN_ID), false);
    equal(await foo.endSession(one.id, accountId), true);
    equal(await foo.endSession(one.id, null), false);
    deepEqual(await foo.refreshSession(one.id, 1), { kind: 'ended' });
    deepEqual((await foo.grants(accountId))?.endedSessions, [one.id]);
    deepEqual(
      (await foo.listSessions(null)).map(({ id }) => id),
      [other.id],
    );
    equal((await versionOf(foo)) > before, true);
  },
  'all sessions of an account, and all of a tenant, end by their epoch': async (foo, bar) => {
    const alice = (await addAccount(foo)).id;
    const bob = (await addAccount(foo, { name: 'bob', email: null })).id;
    const ofBar = await open(bar, (await addAccount(bar)).id);
    const [first, second] = [await open(foo, alice), await open(foo, bob)];
    await foo.endAccountSessions(alice);
    equal(await kindOf(foo.refreshSession(first.id, 1)), 'ended');
    equal(await kindOf(foo.refreshSession(second.id, 1)), 'refreshed');
    await foo.endTenantSessions();
    equal(await kindOf(foo.refreshSession(second.id, 2)), 'ended');
    equal(await kindOf(bar.refreshSession(ofBar.id, 1)), 'refreshed');
    equal((await open(foo, bob)).tenantEpoch, 2);
  },
  'another password and a disabled account end sessions': async (foo) => {
    const { id } = await addAccount(foo);
    const first = await open(foo, id);
    await foo.setPassword(id, 'hash-2');
    equal(await kindOf(foo.refreshSession(first.id, 1)), 'ended');
    const second = await open(foo, id);
    await foo.changeAccount(id, { status: 'disabled' });
    await foo.changeAccount(id, { status: 'active' });
    equal(await kindOf(foo.refreshSession(second.id, 1)), 'ended');
  },
  'use within the time ends nothing and is no new version': async (foo) => {
    equal(await foo.touch(HOUR_MS), 1);
    const before = await versionOf(foo);
    equal(await foo.touch(HOUR_MS), 1);
    equal(await versionOf(foo), before);
  },
  'the rule of a tenant is kept and removed': async (foo, bar) => {
    await foo.setIdle({ policy: 'require-login', afterMs: HOUR_MS });
    deepEqual((await foo.state()).idle, { policy: 'require-login', afterMs: HOUR_MS });
    equal((await bar.state()).idle, null);
    await foo.setIdle(null);
    equal((await foo.state()).idle, null);
  },
};

/** Rules of API keys. */
export const API_KEY_RULES: Readonly<Record<string, ContractRule>> = {
  'a key is in the grants of its account, with its scopes, until it is removed': async (foo, bar) => {
    const { id: accountId } = await addAccount(foo);
    const scopes = ['projects:read'];
    const key = await foo.addApiKey({ accountId, name: 'ci', hash: 'h1', scopes, lifetimeMs: null });
    deepEqual((await foo.grants(accountId))?.apiKeys, [{ id: key.id, hash: 'h1', scopes, expiresAtMs: null }]);
    deepEqual(
      (await foo.listApiKeys(accountId)).map(({ name }) => name),
      ['ci'],
    );
    equal(await bar.removeApiKey(key.id, accountId), false);
    equal(await foo.removeApiKey(key.id, UNKNOWN_ID), false);
    const before = await versionOf(foo);
    equal(await foo.removeApiKey(key.id, accountId), true);
    deepEqual((await foo.grants(accountId))?.apiKeys, []);
    equal((await versionOf(foo)) > before, true);
  },
  'a key says when it expires': async (foo) => {
    const { id: accountId } = await addAccount(foo);
    const key = await foo.addApiKey({ accountId, name: 'ci', hash: 'h1', scopes: [], lifetimeMs: HOUR_MS });
    equal(key.expiresAt?.getTime(), key.createdAt.getTime() + HOUR_MS);
    equal((await foo.grants(accountId))?.apiKeys[0]?.expiresAtMs, key.expiresAt?.getTime());
  },
};
