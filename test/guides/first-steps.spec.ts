import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import { pgDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { call } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';

const GUIDE = readFileSync('docs/guides/first-steps.md', 'utf8');
const SNIPPETS = [...GUIDE.matchAll(/```ts\n\/\/ (first-steps\/[\w.-]+)\n([^]*?)```/g)];

describe('the guide "First steps"', () => {
  const suffix = randomBytes(4).toString('hex');
  let test: TestDatabase;
  let owner: SqlDatabase;
  let app: INestApplication;

  beforeAll(async () => {
    test = await createTestDatabase();
    Object.assign(process.env, {
      DATABASE_URL: test.appUrl,
      OWNER_DATABASE_URL: test.adminUrl,
      TENANT_ROLE_PREFIX: `t${suffix}:`,
      TENANT_TABLES_ROLE: `shop_tables_${suffix}`,
      TENANT_SECRET: suffix,
    });
    owner = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
    const { prepareDatabase } = await import('./first-steps/prepare-database.js');
    await prepareDatabase(owner);
    await prepareDatabase(owner);
    const { createTenant } = await import('./first-steps/create-tenant.js');
    for (const id of ['foo', 'bar']) await createTenant(id, `${id}.example`);
    await createTenant('foo', 'foo.example');
    const { AppModule } = await import('./first-steps/app.module.js');
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
  }, 120_000);

  afterAll(async () => {
    const roles = ['foo', 'bar'].map((id) => `"t${suffix}:${id}"`);
    for (const role of [...roles, `shop_tables_${suffix}`]) {
      await owner.query(`drop owned by ${role}; drop role ${role}`).catch(() => undefined);
    }
    await owner.close();
    await test.drop();
  });

  const visit = (tenant: string, user: string | null, name?: string): Promise<HttpAnswer> =>
    call(app, '/projects', {
      method: name === undefined ? 'GET' : 'POST',
      headers: {
        host: `${tenant}.shop.example`,
        ...(user === null ? {} : { authorization: `Bearer user-of-${user}` }),
      },
      ...(name === undefined ? {} : { body: { name } }),
    });

  it('shows the files that this test runs', () => {
    expect(SNIPPETS.map(([, file]) => file)).toHaveLength(7);
    for (const [, file, code] of SNIPPETS) expect(code).toBe(readFileSync(`test/guides/${file}`, 'utf8'));
  });

  it('serves each tenant its own rows, with a role and a pool of its own', async () => {
    expect((await visit('foo', 'foo', 'of foo')).status).toBe(201);
    expect((await visit('bar', 'bar', 'of bar')).status).toBe(201);
    expect((await visit('foo', 'foo')).json).toEqual([{ name: 'of foo' }]);
    expect((await visit('bar', 'bar')).json).toEqual([{ name: 'of bar' }]);
    expect((await visit('www.foo', 'foo')).json).toEqual([{ name: 'of foo' }]);
  });

  it('refuses a user of another tenant, one who is not signed in, and unknown tenants', async () => {
    const answers = await Promise.all([
      visit('bar', 'foo'),
      visit('foo', null),
      visit('unknown', 'foo'),
      visit('www', 'foo'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 401, 404, 400]);
  });

  it('leaves no connection open when the application has closed', async () => {
    await app.close();
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend'`,
      [],
    );
    expect(rows[0]?.count).toBe(0);
  });
});
