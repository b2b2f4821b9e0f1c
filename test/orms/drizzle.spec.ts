import { sql } from 'drizzle-orm';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';
import { drizzleOn } from './support/drizzle-store.js';
import { settingsOf } from './support/project-store.js';
import { quietPool } from './support/quiet-pool.js';

describe('a transaction of Drizzle', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('gives its connection back when it cannot even begin', async () => {
    const pool = quietPool({ ...settingsOf(database.appUrl), max: 1, connectionTimeoutMillis: 2_000 });
    const db = drizzleOn(pool);
    pool.once('acquire', (client) => void client.end());
    await expect(db.transaction((tx) => tx.execute(sql`select 1`))).rejects.toThrow('begin');
    expect((await db.transaction((tx) => tx.execute(sql`select 1 as one`))).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
