import pg from 'pg';
import { runTenantsCli, provisionServerDatabase } from '@tenantry/orchestrator';
import type { IsolationFinding } from '@tenantry/postgres';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';

const NOTHING = { code: 0, out: '-- Nothing is to be done: every table is bound to its tenants.', err: '' };

describe('npm run tenants', () => {
  let test: TestDatabase;
  let admin: pg.Client;
  let env: Record<string, string>;

  beforeAll(async () => {
    test = await createTestDatabase();
    await provisionServerDatabase(test.adminUrl, test.appUrl);
    admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    env = { DATABASE_URL: test.appUrl, ADMIN_DATABASE_URL: test.adminUrl };
  });
  afterAll(async () => {
    await admin.end();
    await test.drop();
  });

  const tenants = async (line: string, more = env): Promise<{ code: number; out: string; err: string }> => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runTenantsCli(line.split(' '), {
      env: more,
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };

  it('has no policies to write for the sample’s own tables', async () => {
    expect(await tenants('policies')).toEqual(NOTHING);
  });

  it('has none to write in the embedded database either', async () => {
    expect(await tenants('policies projects cloud_accounts', { DATA_DIR: 'memory://' })).toEqual(NOTHING);
  }, 120_000);

  it('writes policies for a new table, and nothing once they have run', async () => {
    await admin.query(
      'create table invoice (id serial primary key, number text unique); insert into invoice default values;',
    );
    expect(await tenants('policies')).toMatchObject({
      code: 1,
      err: expect.stringContaining('invoice has rows without'),
    });
    const { code, out } = await tenants('policies --schema public --existing-rows foo');
    expect(code).toBe(0);
    await admin.query(out);
    expect(await tenants('policies public.invoice')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing'),
    });
    const { rows } = await admin.query('select tenant_id from invoice');
    expect(rows).toEqual([{ tenant_id: 'foo' }]);
    await admin.query('drop table invoice');
  });

  it.each([
    ['policies none', 1, 'tables that exist'],
    ['policies projects --schema public', 1, 'not both'],
    ['policies --bad', 2, 'unknown option'],
  ])('refuses `%s`', async (line, code, message) => {
    expect(await tenants(line)).toEqual({ code, out: '', err: expect.stringContaining(message) });
  });

  it('says why a database cannot be asked, without its URL', async () => {
    const gone = { DATABASE_URL: 'postgres://unknown:secret@127.0.0.1:1/none' };
    const { code, err } = await tenants('policies', gone);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('ECONNREFUSED') });
    expect(err).not.toContain('secret');
  });

  it('exits with success on warnings of the doctor, and with failure on errors', async () => {
    await admin.query('alter table projects add constraint once unique (name)');
    const warned = await tenants('doctor');
    expect(warned).toMatchObject({ code: 0, err: '' });
    expect(warned.out).toMatch(/^warning: unique key "once" on public\.projects: /);
    expect(warned.out).toContain('warnings only');
    await admin.query(`grant truncate on projects to ${test.appRole}`);
    const { code, out } = await tenants('doctor --json');
    const found = JSON.parse(out) as IsolationFinding[];
    expect({ code, kinds: found.map(({ kind }) => kind) }).toEqual({
      code: 3,
      kinds: ['privilege-truncate', 'unique-without-tenant'],
    });
    for (const { sql } of found) await admin.query(sql ?? '');
    expect(await tenants('doctor --json')).toEqual({ code: 0, out: '[]', err: '' });
  });
});
