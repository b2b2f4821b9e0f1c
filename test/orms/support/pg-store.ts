import type pg from 'pg';
import { eachInTransaction, NAME_TENANT } from './project-store.js';
import type { Orm, Project, Projects } from './project-store.js';
import { provenPool } from './quiet-pool.js';

/** No ORM at all: `pg` as it is. */
export const pgStore: Orm = {
  name: 'pg',
  async open(settings) {
    const pool = await provenPool(settings);
    return {
      ...projectsIn(pool),
      transaction: (fn) => transaction(pool, (client) => fn(projectsIn(client))),
      close: () => pool.end(),
    };
  },
  async share(settings) {
    const pool = await provenPool(settings);
    return {
      forTenant: (tenantId) =>
        eachInTransaction((fn) =>
          transaction(pool, async (client) => {
            await client.query(NAME_TENANT, [tenantId]);
            return fn(projectsIn(client));
          }),
        ),
      close: () => pool.end(),
    };
  },
};

function projectsIn(db: Pick<pg.ClientBase, 'query'>): Projects {
  const changed = async (text: string, values: unknown[]): Promise<boolean> =>
    (await db.query(text, values)).rowCount === 1;
  return {
    create: async ({ id, body }) => void (await db.query('insert into project (id, body) values ($1, $2)', [id, body])),
    list: async () => (await db.query<Project>('select id, body from project order by id')).rows,
    find: async (id) => (await db.query<Project>('select id, body from project where id = $1', [id])).rows[0] ?? null,
    update: ({ id, body }) => changed('update project set body = $2 where id = $1', [id, body]),
    remove: (id) => changed('delete from project where id = $1', [id]),
    execute: (text) => db.query(text),
  };
}

async function transaction<R>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<R>): Promise<R> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((reason: Error) => (broken = reason));
    throw error;
  } finally {
    client.release(broken);
  }
}
