import { InMemoryTenantLifecycleStore } from '@tenantry/lifecycle';
import { ManualClock } from '@tenantry/testing';
import { migrateCatalog, pgliteDatabase, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { createCatalogDatabase } from '../support/catalog-database.js';
import type { CatalogDatabase } from '../support/catalog-database.js';
import { createPglite } from '../support/postgres.js';
import type { StoreUnderTest } from '@tenantry/lifecycle/testing';
import { describeTenantLifecycle } from '@tenantry/lifecycle/testing';
import { runner } from '../support/runner.js';

const EMPTY = 'truncate tenantry.tenant_names, tenantry.tenants, tenantry.operations';

/** Time passes on the server for what is recorded: everything was that much earlier. */
function storeOf(database: SqlDatabase, admin: SqlDatabase): StoreUnderTest {
  const advance = async (ms: number): Promise<void> => {
    const earlier = (column: string): string => `${column} = ${column} - make_interval(secs => ${ms / 1_000})`;
    const columns = ['next_attempt_at', 'deadline_at', 'lease_until'].map(earlier).join(', ');
    await admin.query(`update tenantry.operations set ${columns}`);
  };
  return { store: new PostgresTenantLifecycleStore(database), advance };
}

describeTenantLifecycle(runner, 'in memory', async () => {
  const clock = new ManualClock();
  return { store: new InMemoryTenantLifecycleStore(clock), advance: async (ms) => clock.advance(ms) };
});

describe('PGlite', () => {
  let database: SqlDatabase;

  beforeAll(async () => {
    database = pgliteDatabase(await createPglite());
    await migrateCatalog(database);
  });
  afterAll(() => database.close());

  describeTenantLifecycle(runner, 'on PGlite', async () => {
    await database.query(EMPTY);
    return storeOf(database, database);
  });
});

describe('PostgreSQL', () => {
  let server: CatalogDatabase;
  beforeAll(async () => void (server = await createCatalogDatabase()));
  afterAll(() => server.close());

  describeTenantLifecycle(runner, 'on PostgreSQL, as a role without further rights', async () => {
    await server.admin.query(EMPTY);
    return storeOf(server.app, server.admin);
  });
});
