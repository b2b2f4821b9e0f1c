import { identityStoreContract } from '@tenantry/identity/testing';
import { PermissionVocabulary } from '@tenantry/identity';
import { IDENTITY_TABLES, grantIdentitySql, migrateIdentity } from '@tenantry/identity/postgres';
import { assertRowLevelSecurity } from '@tenantry/postgres';
import { DATABASES } from '../support/orchestrator.js';
import { openIdentityDatabase, VOCABULARY } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';

describe.each(DATABASES)('the store of identities on %s', (kind) => {
  let database: IdentityDatabase;

  beforeAll(async () => {
    database = await openIdentityDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const tenantId of ['foo', 'bar', 'super']) await database.store.forTenant(tenantId).removeAll();
  });

  it.each(identityStoreContract())('$title', ({ run }) => run(database));

  it('refuses rows of another tenant, of the super tenant too', async () => {
    const foo = database.tenants.forTenant('foo');
    const insert = (tenantId: string) =>
      foo.query(`insert into tenantry_identity.role (tenant_id, name, administrator) values ($1, 'admin', true)`, [
        tenantId,
      ]);
    await expect(insert('super')).rejects.toMatchObject({ code: '42501' });
    await expect(insert('bar')).rejects.toMatchObject({ code: '42501' });
    await expect(insert('foo')).resolves.toMatchObject({ rowCount: 1 });
  });

  it('refuses a platform permission in a tenant by key and by check, whatever level a row claims', async () => {
    const foo = database.tenants.forTenant('foo');
    await database.store.forTenant('foo').addRole('reader', []);
    const insert = (level: string) =>
      foo.query(
        `insert into tenantry_identity.role_permission (role, permission, level) values ('reader', 'tenants:create', $1)`,
        [level],
      );
    await expect(insert('tenant')).rejects.toMatchObject({ code: '23503' });
    await expect(insert('platform')).rejects.toMatchObject({ code: '23514' });
    await expect(
      foo.query(`insert into tenantry_identity.permission values ('tenants:create', 'tenant')`, []),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('lets the super tenant have platform permissions', async () => {
    const role = await database.store.forTenant('super').addRole('support', ['tenants:create']);
    expect(role.permissions).toEqual(['tenants:create']);
  });

  it('refuses names in the tables that the rules of names refuse', async () => {
    const foo = database.tenants.forTenant('foo');
    for (const name of ['Alice', 'admin@super', 'X/alice', '\u0430lice', 'internal/everyone']) {
      await expect(foo.query('insert into tenantry_identity.account (name) values ($1)', [name])).rejects.toMatchObject(
        { code: '23514' },
      );
    }
  });

  it('is bound by row-level security, every table of it', async () => {
    const role = kind === 'pglite' ? { role: 'identity_app' } : {};
    await expect(
      assertRowLevelSecurity(kind === 'pglite' ? database.admin : database.app, { tables: IDENTITY_TABLES, ...role }),
    ).resolves.toEqual([]);
    const { rows } = await database.admin.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.columns
       where table_schema = 'tenantry_identity' and column_name = 'tenant_id' order by 1`,
      [],
    );
    expect(rows.map(({ name }) => name)).toEqual([...IDENTITY_TABLES].sort());
  });

  it('takes a permission that the code has given up from every role, and keeps the rest', async () => {
    await database.store.forTenant('foo').addRole('writer', ['projects:read', 'projects:write']);
    const fewer = new PermissionVocabulary({ permissions: ['projects:read'] });
    await migrateIdentity(database.admin, fewer);
    expect((await database.store.forTenant('foo').listRoles())[0]?.permissions).toEqual(['projects:read']);
    const { applied } = await migrateIdentity(database.admin, VOCABULARY);
    expect(applied).toEqual([]);
  });

  it('refuses a malformed role in grants', () => {
    expect(() => grantIdentitySql('app"; drop table x')).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }),
    );
  });
});
