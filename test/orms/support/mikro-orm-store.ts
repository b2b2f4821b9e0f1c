import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { eachInTransaction } from './project-store.js';
import type { ConnectionSettings, Orm, Project, Projects } from './project-store.js';

const ProjectEntity = new EntitySchema<Project>({
  name: 'Project',
  tableName: 'project',
  properties: { id: { type: 'integer', primary: true, autoincrement: false }, body: { type: 'text' } },
});

const ignore = (): void => undefined;
/** knex reports broken connections on the console. */
const QUIET = { warn: ignore, error: ignore, debug: ignore, deprecate: ignore };

/** MikroORM, an instance for each tenant or one for all. Each call has an entity manager of its own, and so an identity map. */
export const mikroOrmStore: Orm = {
  name: 'MikroORM',
  async open(settings) {
    const orm = await connected(settings);
    const transaction = <R>(fn: (tx: Projects) => Promise<R>): Promise<R> =>
      orm.em.fork().transactional((em) => fn(projectsIn(em)));
    return { ...eachInFork(orm), transaction, close: () => orm.close(true) };
  },
  async share(settings) {
    const orm = await connected(settings);
    return {
      forTenant: (tenantId) =>
        eachInTransaction((fn) =>
          orm.em.fork().transactional(async (em) => {
            await em.execute(`select set_config('tenantry.tenant_id', ?, true)`, [tenantId]);
            return fn(projectsIn(em));
          }),
        ),
      close: () => orm.close(true),
    };
  },
};

/** The pool is that of knex, which makes connections of `pg` by itself: so the check of each is an option of that pool. */
async function connected({ verify, max = 2, ...connection }: ConnectionSettings): Promise<MikroORM> {
  const orm = await MikroORM.init({
    entities: [ProjectEntity],
    dbName: connection.database,
    pool: { min: 0, max, ...(verify && { afterCreate: verify }) },
    driverOptions: { connection, acquireConnectionTimeout: connection.connectionTimeoutMillis, log: QUIET },
    logger: ignore,
  });
  return proven(orm);
}

/** `init` logs that it could not connect, and continues. */
async function proven(orm: MikroORM): Promise<MikroORM> {
  try {
    await orm.em.getConnection().execute('select 1');
    return orm;
  } catch (error) {
    await orm.close(true);
    throw error;
  }
}

function eachInFork(orm: MikroORM): Projects {
  const fork = (): Projects => projectsIn(orm.em.fork());
  return {
    create: (project) => fork().create(project),
    list: () => fork().list(),
    find: (id) => fork().find(id),
    update: (project) => fork().update(project),
    remove: (id) => fork().remove(id),
    execute: (text) => fork().execute(text),
  };
}

function projectsIn(em: SqlEntityManager): Projects {
  return {
    create: async (project) => em.persist(em.create(ProjectEntity, project)).flush(),
    list: () => em.find(ProjectEntity, {}, { orderBy: { id: 'asc' } }),
    find: (id) => em.findOne(ProjectEntity, { id }),
    async update({ id, body }) {
      const project = await em.findOne(ProjectEntity, { id });
      if (project === null) return false;
      project.body = body;
      await em.flush();
      return true;
    },
    async remove(id) {
      const project = await em.findOne(ProjectEntity, { id });
      if (project === null) return false;
      await em.remove(project).flush();
      return true;
    },
    execute: (text) => em.execute(text),
  };
}
