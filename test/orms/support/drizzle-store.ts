import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { NodePgDatabase, NodePgQueryResultHKT } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { eachInTransaction } from './project-store.js';
import type { Orm, Projects } from './project-store.js';
import { provenPool } from './quiet-pool.js';

/** The table; without a schema, so that the connection says in which one it is. */
export const project = pgTable('project', { id: integer().primaryKey(), body: text().notNull() });

/** Drizzle on a pool of `pg`. */
export const drizzleStore: Orm = {
  name: 'Drizzle',
  async open(settings) {
    const db = drizzleOn(await provenPool(settings));
    return {
      ...projectsIn(db),
      transaction: (fn) => db.transaction((tx) => fn(projectsIn(tx))),
      close: () => db.$client.end(),
    };
  },
  async share(settings) {
    const db = drizzleOn(await provenPool(settings));
    return {
      forTenant: (tenantId) =>
        eachInTransaction((fn) =>
          db.transaction(async (tx) => {
            await tx.execute(sql`select set_config('tenantry.tenant_id', ${tenantId}, true)`);
            return fn(projectsIn(tx));
          }),
        ),
      close: () => db.$client.end(),
    };
  },
};

/** Drizzle on a pool. */
export type PoolDatabase = NodePgDatabase & { $client: pg.Pool };

/**
 * Drizzle on a pool, with transactions on connections that are given back here. Drizzle's own would keep a connection
 * indefinitely whose `begin` has failed, as it does on one that broke while it was idle.
 */
export function drizzleOn(pool: pg.Pool): PoolDatabase {
  const db = drizzle({ client: pool });
  db.transaction = async (fn, config) => {
    const client = await pool.connect();
    try {
      return await drizzle({ client }).transaction(fn, config);
    } finally {
      client.release();
    }
  };
  return db;
}

function projectsIn(db: PgDatabase<NodePgQueryResultHKT>): Projects {
  return {
    create: async (row) => void (await db.insert(project).values(row)),
    list: () => db.select().from(project).orderBy(project.id),
    find: async (id) => (await db.select().from(project).where(eq(project.id, id)))[0] ?? null,
    update: async ({ id, body }) => (await db.update(project).set({ body }).where(eq(project.id, id))).rowCount === 1,
    remove: async (id) => (await db.delete(project).where(eq(project.id, id))).rowCount === 1,
    execute: (statement) => db.execute(sql.raw(statement)),
  };
}
