import pg from 'pg';
import { pgDatabase, pgliteDatabase } from '@tenantry/postgres';
import { describeSqlDatabase } from '../testing/index.js';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { TestDatabase } from '../../../../test/support/postgres.js';
import { runner } from '../../../../test/support/runner.js';

describeSqlDatabase(runner, 'PGlite', async () => pgliteDatabase(await createPglite()));

describe('on PostgreSQL', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  describeSqlDatabase(runner, 'pg', async () => pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 4 })));
  describeSqlDatabase(runner, 'pg with one connection', async () =>
    pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 })),
  );
});
