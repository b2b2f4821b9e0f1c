import { randomBytes, randomUUID } from 'node:crypto';
import { TenantDatabase } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { TestDatabase } from '../../../../test/support/postgres.js';
import { CloudAccountRepository } from '../cloud/cloud-account.repository.js';
import { CredentialsCipher } from '../cloud/credentials-cipher.js';
import { ProjectRepository } from '../projects/project.repository.js';
import type { Project } from '../projects/project.js';
import { IN_MEMORY, openEmbeddedDatabase } from './embedded-database.js';
import type { ApplicationDatabase } from './application-database.js';
import { connect, openServerDatabase } from './server-database.js';
import { provisionDatabase } from './provision-database.js';

describe.each(['PGlite', 'PostgreSQL'])('repositories on %s', (kind) => {
  const context = { tenant: { id: 'foo' } };
  let server: TestDatabase | undefined;
  let opened: ApplicationDatabase;
  let projects: ProjectRepository;
  let accounts: CloudAccountRepository;

  beforeAll(async () => {
    opened = kind === 'PGlite' ? await openEmbeddedDatabase(IN_MEMORY, () => createPglite()) : await openServer();
    const tenants = new TenantDatabase(
      opened.database,
      context,
      opened.role === undefined ? {} : { role: opened.role },
    );
    projects = new ProjectRepository(tenants);
    accounts = new CloudAccountRepository(tenants, new CredentialsCipher([randomBytes(32)]));
  });

  afterAll(async () => {
    await opened.database.close();
    await server?.drop();
  });

  async function openServer(): Promise<ApplicationDatabase> {
    server = await createTestDatabase();
    await provisionDatabase(server.adminUrl, server.appUrl, (url) => connect(url, 1));
    await provisionDatabase(server.adminUrl, server.appUrl, (url) => connect(url, 1));
    return openServerDatabase(server.appUrl, 2, 'fail');
  }

  function asTenant(id: string): void {
    context.tenant.id = id;
  }

  async function newProject(name: string, description = ''): Promise<Project> {
    const created = await projects.create({ name, description }, 100);
    if (created === null) throw new Error('100 are not reached');
    return created;
  }

  beforeEach(() => asTenant(`t-${randomUUID()}`));

  it('creates a project and finds it as it was made', async () => {
    const created = await newProject('Website');
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Website',
      description: '',
      createdAt: expect.any(Date),
      updatedAt: created.createdAt,
    });
    await expect(projects.find(created.id)).resolves.toEqual(created);
  });

  it('creates none beyond the limit', async () => {
    await newProject('One');
    await expect(projects.create({ name: 'Two', description: '' }, 1)).resolves.toBeNull();
    await expect(projects.list(10, null)).resolves.toHaveLength(1);
  });

  it('creates exactly as many as the limit when two nodes create 60 at once', async () => {
    const other = server === undefined ? opened : await openServerDatabase(server.appUrl, 10, 'fail');
    const tenants = new TenantDatabase(other.database, context, other.role === undefined ? {} : { role: other.role });
    const nodes = [projects, new ProjectRepository(tenants)];
    const create = (i: number): Promise<Project | null> =>
      (nodes[i % 2] as ProjectRepository).create({ name: `Project ${i}`, description: '' }, 5);
    const created = await Promise.all(Array.from({ length: 60 }, (_, i) => create(i)));
    if (other !== opened) await other.database.close();
    expect(created.filter((project) => project !== null)).toHaveLength(5);
    expect(await projects.list(100, null)).toHaveLength(5);
  });

  it('changes what is given and leaves the rest', async () => {
    const { id } = await newProject('Website', 'old');
    await expect(projects.update(id, { description: '' })).resolves.toMatchObject({ name: 'Website', description: '' });
    await expect(projects.update(id, { name: 'Shop' })).resolves.toMatchObject({ name: 'Shop', description: '' });
  });

  it('deletes a project once', async () => {
    const { id } = await newProject('Website');
    await expect(projects.delete(id)).resolves.toBe(true);
    await expect(projects.delete(id)).resolves.toBe(false);
    await expect(projects.find(id)).resolves.toBeNull();
  });

  it('pages through all projects in the order of their making, without gaps or repeats', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i += 1) ids.push((await newProject(`P${i}`)).id);
    const seen: { id: string; createdAt: Date }[] = [];
    for (;;) {
      const rows = await projects.list(3, seen.at(-1) ?? null);
      if (rows.length === 0) break;
      seen.push(...rows);
    }
    expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const times = seen.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("neither sees nor changes another tenant's project", async () => {
    const { id } = await newProject('Secret', 'theirs');
    const owner = context.tenant.id;
    asTenant(`t-${randomUUID()}`);
    await expect(projects.find(id)).resolves.toBeNull();
    await expect(projects.list(100, null)).resolves.toEqual([]);
    await expect(projects.update(id, { name: 'Mine' })).resolves.toBeNull();
    await expect(projects.delete(id)).resolves.toBe(false);
    asTenant(owner);
    await expect(projects.find(id)).resolves.toMatchObject({ name: 'Secret' });
  });

  it('keeps the first cloud account of a tenant, and returns it to no other tenant', async () => {
    const account = { clientId: 'c', clientSecret: 's' };
    const [one, two] = [context.tenant.id, `t-${randomUUID()}`];
    await expect(accounts.addTo(one, account)).resolves.toBe(true);
    await expect(accounts.addTo(one, { ...account, clientSecret: 'other' })).resolves.toBe(false);
    await expect(accounts.findOf(one)).resolves.toMatchObject(account);
    await expect(accounts.findOf(two)).resolves.toBeNull();
  });
});

describe('openServerDatabase', () => {
  let server: TestDatabase;

  beforeAll(async () => {
    server = await createTestDatabase();
  });

  afterAll(() => server.drop());

  it('refuses a database that was not set up, and a superuser ever after', async () => {
    await expect(openServerDatabase(server.appUrl, 1, 'fail')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
    await provisionDatabase(server.adminUrl, server.appUrl, (url) => connect(url, 1));
    await expect(openServerDatabase(server.adminUrl, 1, 'fail')).rejects.toMatchObject({
      code: 'MT_ISOLATION_UNSAFE',
      message: expect.stringContaining('superuser'),
    });
    const { database } = await openServerDatabase(server.appUrl, 1, 'fail');
    await database.close();
  });

  it('refuses a server that cannot be reached, without its URL', async () => {
    const refusal = openServerDatabase('postgres://app:hunter2@127.0.0.1:1/app', 1, 'fail');
    await expect(refusal).rejects.toMatchObject({ name: 'DatabaseStartError' });
    await expect(refusal).rejects.not.toThrow('hunter2');
  });
});

describe('provisionDatabase', () => {
  const admin = 'postgres://postgres:hunter2@127.0.0.1:1/app';
  const never = (): never => {
    throw new Error('it connected');
  };

  it.each([
    [undefined, admin, 'ADMIN_DATABASE_URL is needed'],
    [admin, undefined, 'DATABASE_URL is needed'],
    [admin, 'mysql://app:x@127.0.0.1/app', 'DATABASE_URL is needed'],
    [admin, 'postgres://app@127.0.0.1:1/app', 'must name a role and its password'],
    [admin, 'postgres://postgres:x@127.0.0.1:1/app', 'different roles'],
    [admin, 'postgres://app:x@127.0.0.1:1/other', 'same database'],
  ])('refuses %s with %s', async (adminUrl, url, message) => {
    await expect(provisionDatabase(adminUrl, url, never)).rejects.toThrow(message);
  });
});
