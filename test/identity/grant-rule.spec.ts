import { channel } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import type { PublishedAuditEvent } from '@tenantry/core/spi';
import { APPLICATION } from '@tenantry/identity';
import type { IdentityPrincipal } from '@tenantry/identity';
import { PASSWORD, startIdentityApp } from './support/identity-app.js';
import type { IdentityApp } from './support/identity-app.js';
import { openIdentityDatabase } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';

const refused = { code: 'MT_GRANT_REFUSED' };

describe('the grant rule', () => {
  let database: IdentityDatabase;
  let identity: IdentityApp;
  let alice: IdentityPrincipal;
  let manager: IdentityPrincipal;

  beforeAll(async () => {
    database = await openIdentityDatabase('pglite');
    identity = await startIdentityApp(database.store, 'express');
  });
  afterAll(async () => {
    await identity.app.close();
    await database.close();
  });
  beforeEach(async () => {
    for (const tenantId of ['foo', 'bar', 'super']) await database.store.forTenant(tenantId).removeAll();
    alice = await identity.add('foo', 'alice', 'admin');
    manager = await identity.add('foo', 'mary', ['users:write', 'roles:write', 'projects:read']);
  });

  const newAccount = (roles: readonly string[]) => ({ name: 'zoe', password: PASSWORD, roles });

  it('lets a user grant what this user holds', async () => {
    await identity.roles.add('foo', { name: 'reader', permissions: ['projects:read'] }, manager);
    const zoe = await identity.accounts.add('foo', newAccount(['reader']), manager);
    expect(zoe.roles).toEqual(['reader']);
  });

  it('refuses a role, an account and a change of roles beyond what the user holds', async () => {
    await identity.roles.add('foo', { name: 'writer', permissions: ['projects:write'] }, alice);
    const { roles, accounts } = identity;
    await expect(roles.add('foo', { name: 'more', permissions: ['projects:write'] }, manager)).rejects.toMatchObject(
      refused,
    );
    await expect(accounts.add('foo', newAccount(['writer']), manager)).rejects.toMatchObject(refused);
    await expect(accounts.add('foo', newAccount(['admin']), manager)).rejects.toMatchObject(refused);
    await expect(accounts.setRoles('foo', 'mary', ['role-of-mary', 'admin'], manager)).rejects.toMatchObject(refused);
    await expect(roles.setPermissions('foo', 'role-of-mary', ['projects:write'], manager)).rejects.toMatchObject(
      refused,
    );
    await expect(roles.setPermissions('foo', 'writer', ['projects:read'], manager)).rejects.toMatchObject(refused);
    await expect(roles.remove('foo', 'writer', manager)).rejects.toMatchObject(refused);
    expect(await accounts.find('foo', 'zoe')).toBeNull();
  });

  it('refuses to change an account that can do more', async () => {
    const { accounts } = identity;
    await expect(accounts.change('foo', 'alice', { status: 'disabled' }, manager)).rejects.toMatchObject(refused);
    await expect(accounts.remove('foo', 'alice', manager)).rejects.toMatchObject(refused);
    await expect(accounts.setRoles('foo', 'alice', [], manager)).rejects.toMatchObject(refused);
  });

  it('refuses platform permissions in a tenant, to its administrator and to the application', async () => {
    const role = { name: 'operators', permissions: ['tenants:create'] };
    await expect(identity.roles.add('foo', role, alice)).rejects.toMatchObject(refused);
    await expect(identity.roles.add('foo', role, APPLICATION)).rejects.toMatchObject(refused);
    const operator = await identity.add('super', 'admin', 'admin');
    await expect(identity.roles.add('super', role, operator)).resolves.toMatchObject({ name: 'operators' });
  });

  it('refuses an administrator to write into another tenant, or into super', async () => {
    const { roles, accounts } = identity;
    await identity.add('bar', 'bob', ['projects:read']);
    for (const tenantId of ['bar', 'super']) {
      await expect(accounts.add(tenantId, newAccount([]), alice)).rejects.toMatchObject(refused);
      await expect(roles.add(tenantId, { name: 'mine', permissions: [] }, alice)).rejects.toMatchObject(refused);
      await expect(accounts.remove(tenantId, 'bob', alice)).rejects.toMatchObject(refused);
    }
    expect(await accounts.find('bar', 'bob')).not.toBeNull();
  });

  it('counts what the user holds now, not what was held a moment ago', async () => {
    await database.store.forTenant('foo').setRolePermissions('role-of-mary', ['users:write', 'roles:write']);
    const role = { name: 'reader', permissions: ['projects:read'] };
    await expect(identity.roles.add('foo', role, manager)).rejects.toMatchObject(refused);
  });

  it('refuses a disabled user', async () => {
    await identity.accounts.change('foo', 'mary', { status: 'disabled' }, alice);
    const role = { name: 'reader', permissions: ['projects:read'] };
    await expect(identity.roles.add('foo', role, manager)).rejects.toMatchObject(refused);
  });

  it('refuses a hash in place of a password to users', async () => {
    const account = { name: 'zoe', password: { hash: 'a hash of the user' } };
    await expect(identity.accounts.add('foo', account, alice)).rejects.toMatchObject(refused);
  });

  it('refuses to change or remove the built-in role', async () => {
    await expect(identity.roles.setPermissions('foo', 'admin', [], alice)).rejects.toMatchObject(refused);
    await expect(identity.roles.remove('foo', 'admin', alice)).rejects.toMatchObject(refused);
  });

  it.each([
    'Internal/everyone',
    'internal',
    'admin',
    'super',
    '\u0430dmin',
    'adm\u200bin',
    '',
    'a b',
    'PRIMARY/x',
    '\u212aing',
  ])('refuses a role of the name %j', async (name) => {
    const added = identity.roles.add('foo', { name, permissions: [] }, alice);
    await expect(added).rejects.toMatchObject({ code: 'MT_IDENTITY_INPUT_INVALID' });
  });

  it.each([
    'admin@super',
    'X/alice',
    '\u0430lice',
    'system',
    'everyone',
    '.alice',
    'a\0b',
    '\u212aim',
    '__proto__',
    'a'.repeat(65),
  ])('refuses an account of the name %j', async (name) => {
    const added = identity.accounts.add('foo', { ...newAccount([]), name }, alice);
    await expect(added).rejects.toMatchObject({ code: 'MT_IDENTITY_INPUT_INVALID' });
  });

  it.each([
    'alice',
    '@foo.com',
    'a@',
    'a@foo',
    'a b@foo.com',
    'a@f\u043eo.com',
    'a@[127.0.0.1]',
    'a@foo.com\nBcc: x@y.com',
  ])('refuses the e-mail %j', async (email) => {
    const added = identity.accounts.add('foo', { ...newAccount([]), email }, alice);
    await expect(added).rejects.toMatchObject({ code: 'MT_IDENTITY_INPUT_INVALID' });
  });

  it('finds no account by a look-alike of its name', async () => {
    await identity.add('foo', 'kim', ['projects:read']);
    expect(await identity.accounts.find('foo', '\u212aim')).toBeNull();
    expect(await identity.accounts.find('foo', 'KIM')).toMatchObject({ name: 'kim' });
  });

  it('publishes each change with both accounts and without secrets', async () => {
    const events: PublishedAuditEvent[] = [];
    const listen = (event: unknown): number => events.push(event as PublishedAuditEvent);
    channel(TENANT_AUDIT_CHANNEL).subscribe(listen);
    const zoe = await identity.accounts.add('foo', newAccount([]), alice);
    channel(TENANT_AUDIT_CHANNEL).unsubscribe(listen);
    const expected = {
      type: 'identity',
      action: 'account.added',
      tenantId: 'foo',
      accountId: zoe.id,
      actorId: alice.accountId,
    };
    expect(events).toEqual([expect.objectContaining(expected)]);
    expect(JSON.stringify(events)).not.toContain(PASSWORD);
  });
});
