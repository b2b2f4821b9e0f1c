import { Kysely, PostgresDialect, sql } from 'kysely';
import { eachInTransaction } from './project-store.js';
import type { ConnectionSettings, Orm, Project, Projects } from './project-store.js';
import { provenPool } from './quiet-pool.js';

interface Tables {
  project: Project;
}

/** Kysely on a pool of `pg`. */
export const kyselyStore: Orm = {
  name: 'Kysely',
  async open(settings) {
    const db = await connected(settings);
    return {
      ...projectsIn(db),
      transaction: (fn) => db.transaction().execute((tx) => fn(projectsIn(tx))),
      close: () => db.destroy(),
    };
  },
  async share(settings) {
    const db = await connected(settings);
    return {
      forTenant: (tenantId) =>
        eachInTransaction((fn) =>
          db.transaction().execute(async (tx) => {
            await sql`select set_config('tenantry.tenant_id', ${tenantId}, true)`.execute(tx);
            return fn(projectsIn(tx));
          }),
        ),
      close: () => db.destroy(),
    };
  },
};

async function connected(settings: ConnectionSettings): Promise<Kysely<Tables>> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: await provenPool(settings) }) });
}

function projectsIn(db: Kysely<Tables>): Projects {
  return {
    create: async (project) => void (await db.insertInto('project').values(project).execute()),
    list: () => db.selectFrom('project').select(['id', 'body']).orderBy('id').execute(),
    find: async (id) =>
      (await db.selectFrom('project').select(['id', 'body']).where('id', '=', id).executeTakeFirst()) ?? null,
    update: async ({ id, body }) =>
      (await db.updateTable('project').set({ body }).where('id', '=', id).executeTakeFirst()).numUpdatedRows === 1n,
    remove: async (id) =>
      (await db.deleteFrom('project').where('id', '=', id).executeTakeFirst()).numDeletedRows === 1n,
    execute: (text) => sql.raw(text).execute(db),
  };
}
