import { InMemoryArtifactStore, InMemoryServiceValues } from '@tenantry/services';
import type { ArtifactStore, ServiceValues } from '@tenantry/services';
import {
  migrateServices,
  PostgresArtifactStore,
  PostgresServiceValues,
  SERVICE_TABLES,
} from '@tenantry/services/postgres';
import { artifactStoreContract, serviceValuesContract } from '@tenantry/services/testing';
import { assertRowLevelSecurity, pgDatabase, TenantDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';

let test: TestDatabase;
let admin: SqlDatabase;
let app: SqlDatabase;
let tenants: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 2 }));
  app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max: 8 }));
  await migrateServices(admin, test.appRole);
  tenants = new TenantDatabase(app, { tenant: { id: 'none' } });
});

afterAll(async () => {
  await Promise.all([admin.close(), app.close()]);
  await test.drop();
});

afterEach(() => admin.query('truncate service_names, service_artifacts, service_values'));

const artifactStores: [string, () => ArtifactStore][] = [
  ['in memory', () => new InMemoryArtifactStore()],
  ['in PostgreSQL', () => new PostgresArtifactStore(tenants)],
];

describe.each(artifactStores)('a store of artifacts %s', (_name, makeStore) => {
  it.each(artifactStoreContract().map(({ title, run }) => [title, run] as const))('%s', (_title, run) =>
    run(makeStore()),
  );
});

const valueStores: [string, () => ServiceValues][] = [
  ['in memory', () => new InMemoryServiceValues()],
  ['in PostgreSQL', () => new PostgresServiceValues(tenants)],
];

describe.each(valueStores)('a store of values %s', (_name, makeStore) => {
  it.each(serviceValuesContract().map(({ title, run }) => [title, run] as const))('%s', (_title, run) =>
    run(makeStore()),
  );
});

describe('the tables of services', () => {
  it('are made once, however often and by however many processes at once', async () => {
    const reports = await Promise.all([migrateServices(admin, test.appRole), migrateServices(admin, test.appRole)]);
    expect(reports.flatMap(({ applied }) => applied)).toEqual([]);
  });

  it('keep tenants apart as the attestation demands', async () => {
    await expect(assertRowLevelSecurity(app, { tables: SERVICE_TABLES })).resolves.toEqual([]);
  });

  it('show no tenant a value of another one, whatever its statement asks for', async () => {
    const values = new PostgresServiceValues(tenants);
    await values.set('foo' as never, 'key', '"of foo"', { keys: 10, bytes: 1_000 });
    const { rows } = await tenants.forTenant('bar').query('select * from service_values', []);
    expect(rows).toEqual([]);
    const written = tenants.forTenant('bar').query(`insert into service_values values ('foo', 'key2', '1', 1)`, []);
    await expect(written).rejects.toThrow(/row-level security/);
  });
});
