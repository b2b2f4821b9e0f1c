import { Logger } from '@nestjs/common';
import { runTenantsCli, provisionServerDatabase } from '@tenantry/orchestrator';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';
import pg from 'pg';

const PASSWORD = 'a-password-of-the-tests';
const CREDENTIALS_KEY = Buffer.alloc(32, 'k').toString('base64');
const ANOTHER_KEY = Buffer.alloc(32, 'x').toString('base64');

describe('npm run tenants', () => {
  let test: TestDatabase;
  let env: Record<string, string>;

  const tenants = async (
    line: string,
    more: Record<string, string> = {},
  ): Promise<{ code: number; out: string; err: string }> => {
    const [out, err]: [string[], string[]] = [[], []];
    const io = {
      env: { ...env, ...more },
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
    };
    const code = await runTenantsCli(line.split(' '), io);
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const secrets = { TENANT_ADMIN_PASSWORD: PASSWORD, TENANT_CLOUD_SECRET: `${PASSWORD}-cloud` };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
    await provisionServerDatabase(test.adminUrl, test.appUrl);
    env = { DATABASE_URL: test.appUrl, ADMIN_DATABASE_URL: test.adminUrl, DATABASE_POOL_SIZE: '2', CREDENTIALS_KEY };
  });
  afterAll(() => test.drop());

  it('creates, lists, suspends, activates and deletes tenants', async () => {
    const created = await tenants('create foo foo.com --admin alice --plan gold --alias www.foo.com --json', secrets);
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(created.out)).toMatchObject({
      id: 'foo',
      aliases: ['www.foo.com'],
      plan: 'gold',
      status: 'active',
    });
    expect(await tenants('create bar bar.com --admin bob', secrets)).toMatchObject({
      code: 0,
      out: 'bar  bar.com  active  standard  bar',
    });

    expect(await tenants('suspend foo bar')).toEqual({ code: 0, out: '', err: '1/2 foo suspended\n2/2 bar suspended' });
    expect(await tenants('activate bar')).toMatchObject({ code: 0, err: '1/1 bar active' });
    expect((await tenants('list')).out.split('\n')).toEqual([
      'ID   DOMAIN   STATUS     PLAN      NAME',
      'bar  bar.com  active     standard  bar',
      'foo  foo.com  suspended  gold      foo',
    ]);
    const suspended = await tenants('list --status suspended --domain-contains foo --json');
    expect((JSON.parse(suspended.out) as { id: string }[]).map(({ id }) => id)).toEqual(['foo']);

    expect(await tenants('delete foo --yes')).toMatchObject({ code: 0, err: '1/1 foo deleted' });
    expect(await tenants('create foo foo.org --admin alice', secrets)).toMatchObject({ code: 1, out: '' });
    expect((await tenants('list --json')).out).not.toContain('foo');
  });

  it('stops at the first tenant that fails, and says which and why, and what was done until then', async () => {
    const { code, out, err } = await tenants('suspend bar missing foo --json');
    expect(code).toBe(1);
    expect(err).toBe('1/3 bar suspended\nThere is no tenant "missing".');
    expect(JSON.parse(out)).toEqual([{ id: 'bar', done: 'suspended' }]);
  });

  it('deletes after a grace period, and takes that back', async () => {
    await tenants('create later later.com --admin dora --request-key later', secrets);
    expect(await tenants('create later later.com --admin dora --request-key later', secrets)).toMatchObject({
      code: 0,
    });
    expect(await tenants('delete later --yes --grace-minutes 5')).toMatchObject({
      code: 0,
      err: '1/1 later is blocked and will be deleted in 5 minutes',
    });
    expect((await tenants('list --sort -domain')).out).toMatch(/later .*deleting[^]*bar /);
    expect(await tenants('undelete later')).toMatchObject({ code: 0, err: '1/1 later kept' });
    expect(await tenants('delete later --yes --grace-minutes soon')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--grace-minutes'),
    });
  });

  it('shows an operation, and resumes none that is not there or has not failed', async () => {
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(await tenants(`operation ${missing}`)).toMatchObject({ code: 1, err: expect.stringContaining(missing) });
    expect(await tenants(`resume ${missing}`)).toMatchObject({ code: 1, err: expect.stringContaining(missing) });
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ id: string }>('select id::text as id from tenantry.operations limit 1');
    await admin.end();
    const id = rows[0]?.id ?? '';
    expect(JSON.parse((await tenants(`operation ${id}`)).out)).toMatchObject({ id, state: 'done' });
    expect(await tenants(`resume ${id}`)).toMatchObject({ code: 1, err: expect.stringContaining('done') });
  });

  it('deletes old changes and operations, as the owner', async () => {
    expect(await tenants('prune --days 30')).toEqual({ code: 0, out: 'Deleted: 0 operations, 0 changes.', err: '' });
    expect(await tenants('prune', { ADMIN_DATABASE_URL: '' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('ADMIN_DATABASE_URL'),
    });
    expect(await tenants('prune --days never')).toMatchObject({ code: 1, err: expect.stringContaining('--days') });
  });

  it('names an option that it cannot use', async () => {
    const { code, err } = await tenants('list --status paused');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/--status: provisioning, active/) });
  });

  it('names what is missing for a new tenant, and shows no password', async () => {
    const { code, err } = await tenants('create baz baz.com --admin carol', { TENANT_ADMIN_PASSWORD: 'short' });
    expect(code).toBe(1);
    expect(err).toMatch(/TENANT_ADMIN_PASSWORD: .*\n.*TENANT_CLOUD_SECRET: /);
    expect(err).not.toContain('short');
  });

  it.each(['', 'destroy foo', 'delete foo', 'create foo', 'list --status', 'list extra'])(
    'takes %j for a mistake of usage: exit code 2, and help on standard error',
    async (line) => {
      const { code, out, err } = await tenants(line);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).not.toBe('');
    },
  );

  it('helps', async () => {
    expect(await tenants('--help')).toMatchObject({ code: 0, out: expect.stringContaining('doctor') });
  });

  it('brings the database up to date, and again', async () => {
    expect(await tenants('migrate')).toMatchObject({ code: 0, out: expect.stringContaining('up to date') });
  });

  it('finds nothing wrong, and then what was made wrong, with the SQL that fixes it', async () => {
    expect(await tenants('doctor --json')).toEqual({ code: 0, out: '[]', err: '' });
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    try {
      await admin.query('alter table projects disable row level security');
      const { code, out } = await tenants('doctor');
      expect(code).toBe(3);
      expect(out).toMatch(/projects.*\n.*alter table .*projects.* enable row level security/i);
      await admin.query('alter table projects enable row level security');
      expect(await tenants('doctor')).toMatchObject({ code: 0 });
    } finally {
      await admin.end();
    }
  });

  it('says what is wrong with a database that is not there', async () => {
    const { code, err } = await tenants('list', { DATABASE_URL: 'postgres://unknown:secret@127.0.0.1:1/none' });
    expect(code).toBe(1);
    expect(err).toContain('ECONNREFUSED');
    expect(err).not.toContain('secret');
  });

  it('encrypts the cloud secrets with another key, once, and needs the former one for that', async () => {
    await tenants('create baz baz.com --admin carol', secrets);
    const client = new pg.Client(test.adminUrl);
    await client.connect();
    const stored = async (): Promise<string[]> =>
      (await client.query<{ client_secret: string }>('select client_secret from cloud_accounts')).rows.map(
        ({ client_secret: secret }) => secret,
      );
    try {
      const before = await stored();
      expect(before.every((secret) => secret.startsWith('enc1.'))).toBe(true);
      expect(await tenants('rotate-key', { CREDENTIALS_KEY: ANOTHER_KEY })).toMatchObject({
        code: 1,
        err: expect.stringContaining('CREDENTIALS_OLD_KEYS'),
      });
      expect(await stored()).toEqual(before);
      const both = { CREDENTIALS_KEY: ANOTHER_KEY, CREDENTIALS_OLD_KEYS: CREDENTIALS_KEY };
      const rotated = await tenants('rotate-key', both);
      expect(rotated).toMatchObject({ code: 0, err: '' });
      expect(rotated.out).toContain(`Encrypted with the current key: ${before.length} of `);
      const after = await stored();
      expect(after.some((secret) => before.includes(secret))).toBe(false);
      expect((await tenants('rotate-key', { CREDENTIALS_KEY: ANOTHER_KEY })).out).toContain('key: 0 of');
      await tenants('rotate-key', { CREDENTIALS_KEY, CREDENTIALS_OLD_KEYS: ANOTHER_KEY });
    } finally {
      await client.end();
    }
  });

  it('writes no credentials without the key of the application', async () => {
    for (const line of ['rotate-key', 'create qux qux.com --admin dave']) {
      expect(await tenants(line, { ...secrets, CREDENTIALS_KEY: '' })).toMatchObject({
        code: 1,
        err: expect.stringContaining('CREDENTIALS_KEY is needed'),
      });
    }
  });
});
