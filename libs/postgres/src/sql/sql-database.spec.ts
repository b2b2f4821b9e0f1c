import pg from 'pg';
import { pgDatabase, pgliteDatabase } from '@tenantry/postgres';
import { describeSqlDatabase } from '../../../../test/contract/sql-database.contract.js';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { TestDatabase } from '../../../../test/support/postgres.js';

describeSqlDatabase('PGlite', async () => pgliteDatabase(await createPglite()));

describe('on PostgreSQL', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  describeSqlDatabase('pg', async () => pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 4 })));
  describeSqlDatabase('pg with one connection', async () =>
    pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 })),
  );
});
